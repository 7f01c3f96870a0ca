"""Whom a campaign is for: an audience, a scenario's list, or whoever pays for being contacted."""

from dataclasses import fields

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn_pipeline.campaigns.campaign_order import CampaignOrder
from churn_pipeline.core.documents.campaigns import LeftOut
from churn_pipeline.core.enums import Status
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.wording import counted_doing
from churn_pipeline.insights.money.campaign import Campaign, simulate
from churn_pipeline.insights.money.discount_depth import best_depth, depth_options
from churn_pipeline.insights.money.economics import customer_economics, shop_campaign
from churn_pipeline.insights.money.measured_rates import MeasuredRate
from churn_pipeline.insights.money.response import response_curve
from churn_pipeline.shop.config import ShopConfig

MOST_SHOWN = 5
UNKNOWN = "unknown"
Flags = npt.NDArray[np.bool_]


def campaign_pool(customers: pd.DataFrame, order: CampaignOrder, known: pd.Series) -> pd.DataFrame:
    """The audience, or every eligible customer; customers: `insights.actions.choice.contactable_customers`;
    known: the id of everyone with an order.

    BadInput where the audience holds nobody of them."""
    if order.audience is None:
        return customers[customers["status"] == Status.ELIGIBLE].reset_index(drop=True)
    found = customers[customers["customer_id"].isin(order.audience)].reset_index(drop=True)
    if found.empty:
        strangers = "".join(f" {left.sentence}" for left in strangers_in_words(order, known))
        raise BadInput(
            "Nobody of those named can be won back: only customers with a score and the lapsed can."
            + strangers
        )
    return found


def strangers_in_words(order: CampaignOrder, known: pd.Series) -> list[LeftOut]:
    """Those named who have no order in this shop; known: the id of everyone with one."""
    named = pd.Series(order.audience or [], dtype=object).drop_duplicates()
    strangers = named[~named.isin(set(known))].tolist()
    if not strangers:
        return []
    shown = ", ".join(repr(str(one)[:60]) for one in strangers[:MOST_SHOWN])
    more = ", ..." if len(strangers) > MOST_SHOWN else ""
    who = counted_doing(len(strangers), "customers", "of those named has", "of those named have")
    return [
        LeftOut(
            reason=UNKNOWN,
            customers=len(strangers),
            sentence=f"{who} no order in this shop ({shown}{more}): look how the ids are written.",
        )
    ]


def wanted_list(available: pd.DataFrame, order: CampaignOrder) -> Flags | None:
    """Who of those that may be contacted was asked for, whether it pays or not; None: whoever pays."""
    if order.audience is not None:
        return np.ones(len(available), bool)
    if order.scenario is None:
        return None
    chosen = np.zeros(len(available), bool)
    chosen[simulate(customer_economics(available), _scenario_campaign(order)).chosen] = True
    return chosen


def usual_offer(
    available: pd.DataFrame,
    scores: pd.DataFrame,
    order: CampaignOrder,
    config: ShopConfig,
    measured: MeasuredRate | None,
) -> str:
    """The discount (percent) of a campaign that names no offer: the scenario's, of an audience the shop's
    usual one, else the one with the greatest expected profit."""
    if order.audience is not None:
        return f"{config.roi.discount_percent:g}"
    if order.scenario is not None:
        campaign = _scenario_campaign(order)
        return f"{campaign.discount_percent if campaign.cost_per_customer is None else 0.0:g}"
    base, curve = shop_campaign(config, scores, measured), response_curve(config, measured)
    best = best_depth(depth_options(customer_economics(available), base, config, curve))
    return f"{best.campaign.discount_percent:g}"


def _scenario_campaign(order: CampaignOrder) -> Campaign:
    names = {field.name for field in fields(Campaign)}
    return Campaign(**{name: given for name, given in (order.scenario or {}).items() if name in names})
