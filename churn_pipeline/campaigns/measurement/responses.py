"""The file of those who used a campaign's offer."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from churn_pipeline.campaigns.contact_history import REDEEMED, days_of
from churn_pipeline.campaigns.customer_lists import CUSTOMER_COLUMN, listed_customers
from churn_pipeline.core.documents.campaigns import CampaignPlan
from churn_pipeline.shop.run import ShopRun

DATED = (REDEEMED, "date")
"""Columns that say on which day the offer was used, where the file has one."""


@dataclass(frozen=True)
class Responses:
    """customers: ids of those who used the offer, one a row; outside: rows left out, as their day lies before
    the campaign's start or after its end."""

    customers: pd.Series
    outside: int = 0


def told_responses(run: ShopRun, plan: CampaignPlan, path: Path) -> Responses:
    """The rows of a file that name a customer, in the campaign's time where they name a day (YYYY-MM-DD).
    BadInput for a file without a column of customers, or a cell that is no day."""
    table = listed_customers(run, path)
    dated = next((name for name in DATED if name in table), None)
    if dated is None:
        return Responses(table[CUSTOMER_COLUMN])
    day = days_of(table, dated, path, may_be_empty=True)
    outside = (day < pd.Timestamp(plan.starts_at).normalize()) | (day >= pd.Timestamp(plan.ends_at))
    return Responses(table.loc[~outside, CUSTOMER_COLUMN], int(outside.sum()))
