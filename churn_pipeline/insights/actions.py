"""For each customer the action of the shop's catalogue with the greatest expected profit."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from churn_pipeline.insights.economics import assumed_campaign, customer_economics
from churn_pipeline.insights.money import Campaign, CustomerEconomics, campaign_terms, expected_profit
from churn_pipeline.insights.segments import segment_of
from churn_pipeline.shops import RetentionAction, ShopConfig

REASON_OF_LAPSED = "long_absence"


def contactable_customers(scores: pd.DataFrame, value: pd.DataFrame) -> pd.DataFrame:
    """Eligible and lapsed customers with value, segment, main reason (factor) and churn probability, ordered by customer_id.

    The lapsed have no score: their reason is their absence, and their chance of not ordering within H is the one that their values imply:
    CLV = (1 - p) x value if retained + p x value if churned.
    """
    joined = scores.drop(columns="clv").merge(value, on="customer_id", validate="one_to_one")
    joined["segment"] = segment_of(joined)
    joined = joined[joined["status"] != "new"].sort_values("customer_id", ignore_index=True)
    save = joined["value_if_retained"] - joined["value_if_churned"]
    implied = ((joined["value_if_retained"] - joined["clv"]) / save.where(save > 0)).clip(0, 1).fillna(1.0)
    joined["churn_probability"] = joined["churn_probability"].where(joined["status"] == "eligible", implied)
    reasons = pd.Series([_main_reason(reasons) for reasons in joined["top_risk_factors"]], dtype=object)
    joined["reason"] = reasons.where(joined["status"] == "eligible", REASON_OF_LAPSED)
    return joined


def action_campaign(action: RetentionAction, config: ShopConfig, targets: int | None = None) -> Campaign:
    """An action as a campaign of the money functions; the shop's redemption rate applies, its fixed cost to the scenarios only."""
    return replace(
        assumed_campaign(config),
        targets=targets,
        success_rate=action.success_rate,
        discount_percent=action.discount_percent,
        contact_cost=action.contact_cost,
        fixed_cost=0.0,
    )


def best_actions(customers: pd.DataFrame, config: ShopConfig, has_products: bool) -> pd.DataFrame:
    """The customers worth contacting: the rows of `contactable_customers` with `action` (its name) and `expected_profit` (currency) > 0.

    An action fits a customer by segment and main reason; product suggestions need products in the files. Ties go to the earlier in the
    catalogue.
    """
    actions = usable_actions(config.actions, has_products)
    if not actions or customers.empty:
        return customers.iloc[:0].assign(action=pd.Series(dtype=object), expected_profit=pd.Series(dtype=float))
    economics = customer_economics(customers)
    profits = np.column_stack([_profit(action, customers, economics, config) for action in actions])
    best = profits.argmax(axis=1)
    chosen = customers.assign(action=[actions[k].name for k in best], expected_profit=profits[np.arange(len(best)), best])
    return chosen[chosen["expected_profit"] > 0].reset_index(drop=True)


def usable_actions(actions: Sequence[RetentionAction], has_products: bool) -> list[RetentionAction]:
    """The actions that this shop's files allow."""
    return [action for action in actions if has_products or action.kind != "product_suggestion"]


def _profit(action: RetentionAction, customers: pd.DataFrame, economics: CustomerEconomics, config: ShopConfig) -> np.ndarray:
    fits = customers["segment"].isin(action.segments).to_numpy()
    if action.reasons:
        fits = fits & customers["reason"].isin(action.reasons).to_numpy()
    campaign = action_campaign(action, config)
    return np.where(fits, expected_profit(campaign_terms(economics, campaign), campaign), -np.inf)


def _main_reason(reasons: object) -> str | None:
    """Factor of the strongest reason that raises churn, of a list of reasons in any order; None without one."""
    if not isinstance(reasons, list | tuple | np.ndarray):
        return None
    raising = [reason for reason in reasons if reason["impact"] > 0]
    return str(max(raising, key=lambda reason: reason["impact"])["factor"]) if raising else None
