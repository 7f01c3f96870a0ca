"""The customers of a past cutoff with all that advice is made from, and what contacting them earned once the
outcome is known.

Nobody was contacted then, so whether a customer would have left is known for each, and whether an offer would
have kept them is not: the share kept, the worth of a save and the costs stay the shop's assumptions."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn_pipeline.insights.money.campaign import Campaign, campaign_terms, expected_profit
from churn_pipeline.insights.money.discount_depth import best_depth, depth_options
from churn_pipeline.insights.money.economics import customer_economics, shop_campaign
from churn_pipeline.insights.money.response import response_curve
from churn_pipeline.purchase_model.contact_profit import contact_profit
from churn_pipeline.purchase_model.customer_value import estimate_customer_value
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.backtest.past_cutoffs import PastOrigin

Floats = npt.NDArray[np.float64]
OF_THE_PAST = {
    "days_since_last_purchase": "days_since_last_order",
    "total_purchase_count": "orders",
    "total_lifetime_spend": "total_spend",
    "monthly_spend": "monthly_spend",
}


@dataclass(frozen=True)
class PastCustomers:
    """customers: a row per eligible customer at the cutoff (customer_id, churned, churn_probability,
    p_bg_nbd, what ranks them, customer_value). campaign: the offer that the shop would have been advised.

    expected: profit of contacting each as it was expected; earned: the same with the outcome known;
    earned_by_past_spend: the same where a save is worth what the customer spent before in as much time, a
    value that no list was made from. Currency, shape (customers,)."""

    cutoff: pd.Timestamp
    customers: pd.DataFrame
    campaign: Campaign
    expected: Floats
    earned: Floats
    earned_by_past_spend: Floats

    @property
    def advised(self) -> int:
        """Length of the list that the shop would have been advised: whoever is expected to pay."""
        return int((self.expected > 0).sum())


def past_customers(run: ShopRun, origin: PastOrigin) -> PastCustomers:
    """The customers of a tested origin, valued by what was known then; those whom a campaign contacted are
    not among them, and those whom it left alone count once."""
    predictions = origin.compared.test_predictions.drop_duplicates("customer_id")
    predicted = predictions[["customer_id", "churned", "p_champion", "p_bg_nbd"]]
    known = origin.test[["customer_id", *OF_THE_PAST]].rename(columns=OF_THE_PAST)
    known = known.drop_duplicates("customer_id")
    rows = predicted.rename(columns={"p_champion": "churn_probability"}).merge(
        known, on="customer_id", validate="one_to_one"
    )
    value, _ = estimate_customer_value(
        run.store,
        run.config,
        origin.cutoff.to_pydatetime(),
        run.horizon,
        rows.set_index("customer_id")["churn_probability"],
    )
    rows = rows.merge(value, on="customer_id", validate="one_to_one").sort_values(
        "customer_id", ignore_index=True
    )
    economics, config = customer_economics(rows), run.config
    base = shop_campaign(config, rows)
    campaign = best_depth(depth_options(economics, base, config, response_curve(config))).campaign
    expected = expected_profit(campaign_terms(economics, campaign), campaign)
    months = config.roi.clv_months * config.roi.gross_margin
    spent = rows["monthly_spend"].fillna(0).clip(lower=0).to_numpy(np.float64) * months
    return PastCustomers(
        origin.cutoff,
        rows,
        campaign,
        expected,
        _earned(rows, rows["save_worth"].to_numpy(np.float64), campaign),
        _earned(rows, spent, campaign),
    )


def _earned(rows: pd.DataFrame, worth: Floats, campaign: Campaign) -> Floats:
    discount = rows["expected_order_value"].to_numpy(np.float64) * campaign.discount_percent / 100
    return contact_profit(
        rows["churned"].to_numpy(np.float64),
        worth,
        discount,
        np.full(len(rows), campaign.contact_cost),
        campaign.success_rate,
        campaign.redemption_rate,
    )
