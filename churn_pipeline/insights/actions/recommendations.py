"""What to do: actions of the shop's catalogue by expected profit, for whom, why, at what cost, with a message
for each customer."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.core.enums import Segment
from churn_pipeline.core.tables import RECOMMENDATIONS, RECOMMENDED_ACTIONS
from churn_pipeline.core.wording import counted, money, number, percent
from churn_pipeline.features.catalogue import FACTORS
from churn_pipeline.insights.actions.choice import (
    OTHERS,
    action_campaign,
    at_tier,
    best_actions,
    contactable_customers,
    measured_catalogue,
)
from churn_pipeline.insights.actions.complements import complementary_products, product_labels
from churn_pipeline.insights.actions.messages import compose
from churn_pipeline.insights.money.campaign import CampaignOutcome, simulate
from churn_pipeline.insights.money.dominance import dominant_customer
from churn_pipeline.insights.money.economics import customer_economics
from churn_pipeline.insights.money.margin import at_margin
from churn_pipeline.insights.money.measured_rates import MeasuredRate
from churn_pipeline.insights.money.scenarios import PROFIT_OPTIMAL
from churn_pipeline.shop.actions import RetentionAction
from churn_pipeline.shop.config import ShopConfig

WHO = {
    Segment.HIGH_RISK: "at high risk",
    Segment.MEDIUM_RISK: "at medium risk",
    Segment.LOW_RISK: "at low risk",
    Segment.LAPSED: "who have lapsed",
    Segment.NEW: "who are new",
}


@dataclass(frozen=True)
class Recommendations:
    """groups: the RECOMMENDATIONS table; actions: the RECOMMENDED_ACTIONS table, most profitable customer
    first.

    labels: product -> what a customer is told.
    """

    groups: pd.DataFrame
    actions: pd.DataFrame
    labels: Mapping[str, str]


def recommend(
    scores: pd.DataFrame,
    value: pd.DataFrame,
    bought: pd.DataFrame,
    config: ShopConfig,
    measured: MeasuredRate | None = None,
) -> Recommendations:
    """Recommendations from customer_scores, customer_value and `complements.bought_products`.

    measured: what the shop's campaigns achieved; it moves the catalogue's assumed success rates
        (`measured_catalogue`). Each customer gets the one action with the greatest expected profit, if that
        is above zero; the customers of one segment with the same action form a recommendation."""
    config = measured_catalogue(config, measured)
    chosen = best_actions(contactable_customers(scores, value), config, not bought.empty, measured)
    catalogue = {action.name: action for action in config.actions}
    groups = [
        _group(str(segment), catalogue[str(name)], members, config, measured)
        for (segment, name), members in chosen.groupby(["segment", "action"], sort=True)
    ]
    table = pd.DataFrame(groups, columns=RECOMMENDATIONS.schema.names)
    table = table.sort_values(["expected_profit", "segment"], ascending=[False, True], ignore_index=True)
    labels = product_labels(bought)
    return Recommendations(table, _actions(chosen, catalogue, bought, labels), labels)


def recommendations_document(
    recommended: Recommendations, scenarios: pd.DataFrame, scores: pd.DataFrame, config: ShopConfig
) -> dict[str, Any]:
    """`recommendations` of the results document: the starred scenario as `primary` in the specification's
    shape, and `actions`."""
    star = scenarios[scenarios["recommended"]]
    actions = [{str(k): v for k, v in row.items()} for row in recommended.groups.to_dict("records")]
    if star.empty:
        sentence = (
            "No campaign is expected to pay for itself under the shop's assumptions: contact nobody, "
            "or lower the cost of a contact."
        )
        primary: dict[str, Any] = {
            "action": "none",
            "sentence": sentence,
            "expected_cost": 0.0,
            "expected_saves": 0.0,
            "expected_revenue": 0.0,
        }
        return {"primary": primary | {"discount_percent": 0.0, "roi": None}, "actions": actions}
    return {
        "primary": _primary(star.to_dict("records")[0], recommended, scores, config),
        "actions": actions,
    }


def _primary(
    row: Mapping[Any, Any], recommended: Recommendations, scores: pd.DataFrame, config: ShopConfig
) -> dict[str, Any]:
    targets, currency, scored = (
        int(row["target_count"]),
        config.currency,
        int(scores["churn_probability"].notna().sum()),
    )
    as_of = scores["as_of"].max().to_pydatetime()
    interval = f"{money(row['net_roi_low'], currency)} to {money(row['net_roi_high'], currency)}"
    sentence = (
        f"Target {_whom(targets, scored)} with a {row['discount_percent']:g} % discount: "
        f"cost {money(row['total_cost'], currency)}, {number(row['expected_saves'], 0)} saved, "
        f"{money(row['revenue_protected'], currency)} protected, net {money(row['net_roi'], currency)}"
        f"{at_margin(config.roi.gross_margin)} (80 % interval {interval}; "
        f"probability of a loss {percent(row['probability_of_loss'])})."
        f"{_firmness(row)}"
    )
    dominant = dominant_customer(scores, currency)
    if dominant is not None:
        sentence += f" {dominant['sentence']}"
    return {
        "action": f"target_top_{targets}",
        "scenario": PROFIT_OPTIMAL,
        "discount_percent": row["discount_percent"],
        "success_rate": row["success_rate"],
        "targets": targets,
        "expected_cost": row["total_cost"],
        "expected_saves": row["expected_saves"],
        "expected_revenue": row["revenue_protected"],
        "net_roi": row["net_roi"],
        "net_roi_low": row["net_roi_low"],
        "net_roi_high": row["net_roi_high"],
        "probability_of_loss": row["probability_of_loss"],
        "roi": row["roi_percent"],
        "sentence": sentence,
        "example_message": _example(row["discount_percent"], recommended, as_of, config),
    }


def _firmness(row: Mapping[Any, Any]) -> str:
    share = row.get("best_depth_in_share_of_draws")
    if share is None or math.isnan(share):
        return ""
    return (
        f" Which discount earns most is not certain: in {percent(share)} of what may be true it is this one."
    )


def _example(
    discount_percent: float, recommended: Recommendations, as_of: datetime, config: ShopConfig
) -> dict[str, Any] | None:
    """The message of the scenario's discount to the customer at high risk who is worth most (where nobody is:
    of all who are scored), by the first discount of the catalogue."""
    discounts = [action for action in config.actions if action.kind == "discount"]
    has_tier = [segment for segment in Segment if segment.is_scored]
    actions = recommended.actions[recommended.actions["segment"].isin(has_tier)]
    at_risk = actions[actions["segment"] == Segment.HIGH_RISK]
    scored = (at_risk if len(at_risk) else actions).head(1).to_dict("records")
    if not discounts or not scored:
        return None
    action, one = discounts[0].model_copy(update={"discount_percent": discount_percent}), scored[0]
    last = one["last_purchase_date"].to_pydatetime()
    products = [recommended.labels[product] for product in one["products"]]
    message = compose(action, one["reason"], last, products, as_of, one["segment"])
    kept = {key: one[key] for key in ("customer_id", "last_purchase_date", "products")}
    return kept | {"subject": message.subject, "message": message.text, "expires_at": message.expires_at}


def _whom(targets: int, scored: int) -> str:
    everyone = f"{number(scored)} scored customers"
    return f"all {everyone}" if targets == scored else f"the {number(targets)} most profitable of {everyone}"


def _group(
    segment: str,
    action: RetentionAction,
    members: pd.DataFrame,
    config: ShopConfig,
    measured: MeasuredRate | None,
) -> dict[str, Any]:
    campaign = action_campaign(action, config, targets=len(members), measured=measured)
    if action.kind not in OTHERS:
        campaign = at_tier(campaign, segment, measured)
    outcome = simulate(customer_economics(members), campaign)
    reasons = members["reason"].dropna()
    return {
        "segment": segment,
        "action": action.name,
        "kind": action.kind,
        "offer": action.offer,
        "reason": _most_frequent(reasons),
        "customers": len(members),
        "discount_percent": action.discount_percent,
        "success_rate": campaign.success_rate,
        "expected_saves": outcome.expected_saves,
        "expected_cost": outcome.total_cost,
        "expected_revenue": outcome.revenue_protected,
        "expected_profit": outcome.net_roi,
        "expected_profit_low": outcome.net_roi_low,
        "expected_profit_high": outcome.net_roi_high,
        "probability_of_loss": outcome.probability_of_loss,
        "sentence": _sentence(segment, action, reasons, outcome, config),
    }


def _sentence(
    segment: str, action: RetentionAction, reasons: pd.Series, outcome: CampaignOutcome, config: ShopConfig
) -> str:
    currency, margin = config.currency, at_margin(config.roi.gross_margin)
    interval = f"{money(outcome.net_roi_low, currency)} to {money(outcome.net_roi_high, currency)}"
    saved, loss = number(outcome.expected_saves), percent(outcome.probability_of_loss or 0.0)
    figures = (
        f"expected cost {money(outcome.total_cost, currency)}, {saved} saved, "
        f"expected profit {money(outcome.net_roi, currency)}{margin} "
        f"(80 % interval {interval}; probability of a loss {loss})"
    )
    sentence = (
        f"{counted(outcome.target_count, 'customers')} {WHO[Segment(segment)]}: {action.offer}; {figures}."
    )
    if reasons.empty or not Segment(segment).is_scored:
        return sentence
    reason = _most_frequent(reasons)
    share = percent(float((reasons == reason).sum() / outcome.target_count))
    return f"{sentence} Most frequent reason ({share}): {FACTORS.get(str(reason), str(reason)).lower()}."


def _most_frequent(reasons: pd.Series) -> str | None:
    return sorted(reasons.mode())[0] if len(reasons) else None


def _actions(
    chosen: pd.DataFrame,
    catalogue: Mapping[str, RetentionAction],
    bought: pd.DataFrame,
    labels: Mapping[str, str],
) -> pd.DataFrame:
    ordered = chosen.sort_values(
        ["expected_profit", "customer_id"], ascending=[False, True], ignore_index=True
    )
    suggested = complementary_products(bought, ordered["customer_id"].tolist())
    columns = ("customer_id", "segment", "action", "reason", "expected_profit")
    times = (np.asarray(ordered[name].dt.to_pydatetime()) for name in ("last_order_at", "as_of"))
    rows = [
        _action_row(
            customer, segment, catalogue[name], reason, profit, last, as_of, suggested[customer], labels
        )
        for customer, segment, name, reason, profit, last, as_of in zip(
            *(ordered[name] for name in columns), *times, strict=True
        )
    ]
    return pd.DataFrame(rows, columns=RECOMMENDED_ACTIONS.schema.names)


def _action_row(
    customer: str,
    segment: str,
    action: RetentionAction,
    reason: str | None,
    profit: float,
    last: datetime,
    as_of: datetime,
    products: Sequence[str],
    labels: Mapping[str, str],
) -> dict[str, Any]:
    message = compose(
        action,
        reason,
        last,
        [labels[product] for product in products],
        as_of,
        segment,
    )
    return {
        "customer_id": customer,
        "segment": segment,
        "action": action.name,
        "reason": reason,
        "expected_profit": profit,
        "discount_percent": action.discount_percent,
        "subject": message.subject,
        "message": message.text,
        "last_purchase_date": last.replace(hour=0, minute=0, second=0, microsecond=0),
        "products": list(products),
        "expires_at": message.expires_at,
    }
