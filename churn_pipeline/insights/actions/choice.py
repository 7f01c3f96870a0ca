"""For each customer the action of the shop's catalogue with the greatest expected profit."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from churn_pipeline.core.enums import Status
from churn_pipeline.insights.money.campaign import (
    Campaign,
    CustomerEconomics,
    campaign_terms,
    expected_profit,
)
from churn_pipeline.insights.money.economics import assumed_campaign, customer_economics, with_value
from churn_pipeline.insights.money.measured_rates import MeasuredRate
from churn_pipeline.insights.segments.risk import segment_of
from churn_pipeline.shop.actions import RetentionAction
from churn_pipeline.shop.config import ShopConfig

REASON_WITHOUT_SCORE = {Status.LAPSED: "long_absence", Status.NEW: "few_orders"}
WIN_BACK, SECOND_ORDER = "win_back", "second_order"
OTHERS = (WIN_BACK, SECOND_ORDER)
"""Kinds of offers that reach other people than the campaigns whose success was measured."""


def contactable_customers(scores: pd.DataFrame, value: pd.DataFrame) -> pd.DataFrame:
    """Everybody with an order, with value, segment, main reason (factor) and churn probability, ordered by
    customer_id.

    The lapsed and the new have no reasons of a model: theirs is the absence, and that there were few orders.
    What an offer can change for them is not to order within H either: their churn probability here is one
    less the return probability."""
    joined = with_value(scores, value).sort_values("customer_id", ignore_index=True)
    joined["segment"] = segment_of(joined)
    eligible = joined["status"] == Status.ELIGIBLE
    joined["churn_probability"] = joined["churn_probability"].where(
        eligible, 1 - joined["return_probability"]
    )
    reasons = pd.Series([_main_reason(reasons) for reasons in joined["top_risk_factors"]], dtype=object)
    joined["reason"] = reasons.where(eligible, joined["status"].map(REASON_WITHOUT_SCORE))
    return joined


def measured_catalogue(config: ShopConfig, measured: MeasuredRate | None) -> ShopConfig:
    """The shop with its catalogue's success rates times measured rate / assumed rate (at most 1);
    win-backs and offers for a second order reach others and stay.

    An action that was measured itself has its own rate. A campaign that saved half as many as assumed says
    the same of the offers that were never tried: without that, the untried one would always win."""
    if measured is None:
        return config
    assumed, found = config.roi.success_rate, min(max(measured.rate, 0.0), 1.0)

    def rate_of(action: RetentionAction) -> float:
        own = measured.offers.get(action.name)
        if own is not None:
            return min(max(own.rate, 0.0), 1.0)
        return min(action.success_rate * found / assumed, 1.0) if assumed > 0 else found

    actions = [
        action if action.kind in OTHERS else action.model_copy(update={"success_rate": rate_of(action)})
        for action in config.actions
    ]
    return config.model_copy(update={"actions": tuple(actions)})


def action_campaign(
    action: RetentionAction,
    config: ShopConfig,
    targets: int | None = None,
    measured: MeasuredRate | None = None,
) -> Campaign:
    """An action as a campaign of the money functions; the shop's redemption rate applies, its fixed cost to
    the scenarios only.

    Where the rate was measured the success rate is as certain as that.
    """
    known = None if action.kind in OTHERS or measured is None else measured.of_offer(action.name)
    return replace(
        assumed_campaign(config, known),
        targets=targets,
        success_rate=action.success_rate,
        discount_percent=action.discount_percent,
        contact_cost=action.contact_cost,
        fixed_cost=0.0,
    )


def at_tier(campaign: Campaign, segment: str, measured: MeasuredRate | None) -> Campaign:
    """The campaign among the customers of a risk segment."""
    factor = 1.0 if measured is None else measured.of_tier(segment)
    return replace(campaign, success_rate=min(campaign.success_rate * factor, 1.0))


def best_actions(
    customers: pd.DataFrame, config: ShopConfig, has_products: bool, measured: MeasuredRate | None = None
) -> pd.DataFrame:
    """The customers worth contacting: the rows of `contactable_customers` with `action` (its name) and
    `expected_profit` (currency) > 0.

    An action fits a customer by segment and main reason; product suggestions need products in the files. Ties
    go to the earlier in the catalogue. measured: moves an action's success in the tiers where campaigns kept
    more or fewer than in others."""
    actions = usable_actions(config.actions, has_products)
    if not actions or customers.empty:
        return customers.iloc[:0].assign(
            action=pd.Series(dtype=object), expected_profit=pd.Series(dtype=float)
        )
    economics = customer_economics(customers)
    profits = np.column_stack([_profit(action, customers, economics, config, measured) for action in actions])
    best = profits.argmax(axis=1)
    chosen = customers.assign(
        action=[actions[k].name for k in best], expected_profit=profits[np.arange(len(best)), best]
    )
    return chosen[chosen["expected_profit"] > 0].reset_index(drop=True)


def usable_actions(actions: Sequence[RetentionAction], has_products: bool) -> list[RetentionAction]:
    """The actions that this shop's files allow."""
    return [action for action in actions if has_products or action.kind != "product_suggestion"]


def _profit(
    action: RetentionAction,
    customers: pd.DataFrame,
    economics: CustomerEconomics,
    config: ShopConfig,
    measured: MeasuredRate | None,
) -> np.ndarray:
    fits = customers["segment"].isin(action.segments).to_numpy()
    if action.reasons:
        fits = fits & customers["reason"].isin(action.reasons).to_numpy()
    campaign = action_campaign(action, config)
    terms = campaign_terms(economics, campaign)
    profit = expected_profit(terms, campaign)
    for segment in [] if measured is None or action.kind in OTHERS else measured.tiers:
        inside = (customers["segment"] == segment).to_numpy()
        profit = np.where(inside, expected_profit(terms, at_tier(campaign, segment, measured)), profit)
    return np.where(fits, profit, -np.inf)


def _main_reason(reasons: object) -> str | None:
    """Factor of the strongest reason that raises churn, of a list of reasons in any order; None without
    one."""
    if not isinstance(reasons, list | tuple | np.ndarray):
        return None
    raising = [reason for reason in reasons if reason["impact"] > 0]
    return str(max(raising, key=lambda reason: reason["impact"])["factor"]) if raising else None
