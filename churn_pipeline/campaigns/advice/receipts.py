"""Receipts of the advice: every list that a run has published, and lists as long that it might have given
instead, so that both can be held against what happens."""

from datetime import datetime

import numpy as np
import pandas as pd

from churn_pipeline.campaigns.advice.ways_to_list import EXPECTED_PROFIT, orders_of_contact
from churn_pipeline.core.enums import TargetList
from churn_pipeline.core.tables import ADVICE_LEDGER
from churn_pipeline.insights.money.campaign import Campaign, campaign_terms, expected_profit
from churn_pipeline.insights.money.discount_depth import at_depth
from churn_pipeline.insights.money.economics import (
    customer_economics,
    scored_customers,
    shop_campaign,
)
from churn_pipeline.insights.money.measured_rates import measured_rate
from churn_pipeline.insights.money.response import response_curve
from churn_pipeline.purchase_model.contact_profit import contact_profit
from churn_pipeline.shop.run import ShopRun

MOST_RECEIPTS = 100_000
"""Of one list of one run: its first so many customers."""
COLUMNS = ADVICE_LEDGER.schema.names


def with_advice(run: ShopRun, run_id: str, given_at: datetime) -> pd.DataFrame:
    """The table advice_ledger with the receipts of a run added; those of the same run, should it be repeated,
    are replaced. given_at: UTC, naive."""
    scores, value = run.store.read("customer_scores"), run.store.read("customer_value")
    customers = scored_customers(scores, value)
    campaign = _campaign(run, scores)
    features = run.store.read("customer_features")
    if "bg_nbd_churn_probability" in features:
        by_customer = features.set_index("customer_id")["bg_nbd_churn_probability"]
        customers["p_bg_nbd"] = customers["customer_id"].map(by_customer)
    given = run.store.read("target_lists", ["list", "customer_id", "rank", "expected_profit"])
    receipts = advice_receipts(customers, given, campaign)
    as_of = scores["as_of"].max()
    receipts = receipts.assign(
        run_id=run_id,
        given_at=pd.Timestamp(given_at),
        as_of=as_of,
        due_at=as_of + pd.Timedelta(days=run.horizon),
        discount_percent=campaign.discount_percent,
    )[COLUMNS]
    if not run.store.exists(ADVICE_LEDGER.name):
        return receipts
    earlier = run.store.read(ADVICE_LEDGER.name)
    parts = [part for part in (earlier[earlier["run_id"] != run_id], receipts) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else receipts


def advice_receipts(customers: pd.DataFrame, given: pd.DataFrame, campaign: Campaign) -> pd.DataFrame:
    """A row per list and customer: list, was_given, customer_id, rank, expected_profit, and the profit of
    contacting once it is known whether the customer orders (null for who has no churn probability).

    customers: `scored_customers`, with p_bg_nbd where known; given: rows of target_lists; campaign: what is
    offered. The lists not given are as long as the recommended one."""
    economics = customer_economics(customers)
    expected = expected_profit(campaign_terms(economics, campaign), campaign)
    known = pd.DataFrame(
        {
            "customer_id": customers["customer_id"].to_numpy(object),
            "profit_if_silent": _profit(customers, campaign, 1.0),
            "profit_if_ordered": _profit(customers, campaign, 0.0),
        }
    )
    length = int((given["list"] == TargetList.RECOMMENDED).sum())
    orders = orders_of_contact(customers, expected, None)
    others = [
        pd.DataFrame(
            {
                "list": way,
                "customer_id": known["customer_id"].to_numpy(object)[order[:length]],
                "rank": np.arange(1, length + 1),
                "expected_profit": expected[order[:length]],
                "was_given": False,
            }
        )
        for way, order in orders.items()
        if way != EXPECTED_PROFIT and length
    ]
    rows = pd.concat([given.assign(was_given=True), *others], ignore_index=True)
    rows = rows[rows["rank"] <= MOST_RECEIPTS]
    return rows.merge(known, on="customer_id", how="left", validate="many_to_one")


def _campaign(run: ShopRun, scores: pd.DataFrame) -> Campaign:
    """The campaign with the star; where none pays, the shop's usual one."""
    measured = measured_rate(run.store)
    scenarios = run.store.read("roi_scenarios")
    stars = scenarios.loc[scenarios["recommended"], "discount_percent"].tolist()
    base = shop_campaign(run.config, scores, measured)
    depth = float(stars[0]) if stars else run.config.roi.discount_percent
    return at_depth(base, depth, response_curve(run.config, measured))


def _profit(customers: pd.DataFrame, campaign: Campaign, silent: float) -> np.ndarray:
    """Profit of contacting each, where it is known that everybody is silent (1) or orders (0)."""
    return contact_profit(
        np.full(len(customers), silent),
        customers["save_worth"].to_numpy(np.float64),
        customers["expected_order_value"].to_numpy(np.float64) * campaign.discount_percent / 100,
        np.full(len(customers), campaign.contact_cost),
        campaign.success_rate,
        campaign.redemption_rate,
    )
