"""Campaign scenarios side by side: those of the shop's settings and the most profitable list length, with the
star."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.core.tables import ROI_SCENARIOS
from churn_pipeline.insights.money.campaign import (
    Campaign,
    CampaignOutcome,
    CustomerEconomics,
    profit_curve,
    simulate,
)
from churn_pipeline.insights.money.discount_depth import at_depth, best_depth, depth_options
from churn_pipeline.insights.money.economics import customer_economics, scored_customers, shop_campaign
from churn_pipeline.insights.money.measured_rates import MeasuredRate
from churn_pipeline.insights.money.response import ResponseCurve, response_curve
from churn_pipeline.shop.config import ScenarioPlan, ShopConfig

PROFIT_OPTIMAL = "profit_optimal"
CURVE_POINTS = 60
SENSITIVITY_RATES = (0.1, 0.2, 0.3, 0.35, 0.4, 0.5)
SENSITIVITY_DISCOUNTS = (5.0, 10.0, 15.0, 20.0, 25.0, 30.0)


def roi_scenarios(
    scores: pd.DataFrame, value: pd.DataFrame, config: ShopConfig, measured: MeasuredRate | None = None
) -> pd.DataFrame:
    """The ROI_SCENARIOS table from the tables customer_scores and customer_value.

    The star goes to profit_optimal: the discount and the list length with the greatest expected profit. Where
    no list is expected to pay, it holds nobody and no scenario carries the star. Each scenario succeeds as
    often as the response at its discount says."""
    customers = customer_economics(scored_customers(scores, value))
    base = shop_campaign(config, scores, measured)
    curve = response_curve(config, measured)
    best = best_depth(depth_options(customers, base, config, curve))
    plans = [
        (plan.name, _label(plan), planned_campaign(base, plan, customers, curve))
        for plan in config.roi.scenarios
    ]
    plans.append((PROFIT_OPTIMAL, "As many as pay for themselves", best.campaign))
    rows = [_row(name, label, campaign, simulate(customers, campaign)) for name, label, campaign in plans]
    table = pd.DataFrame(rows, columns=ROI_SCENARIOS.schema.names)
    table["recommended"] = (table["scenario"] == PROFIT_OPTIMAL) & (table["target_count"] > 0)
    table["best_depth_in_share_of_draws"] = np.where(
        table["recommended"], best.best_in_share_of_draws, np.nan
    )
    return table


def planned_campaign(
    base: Campaign, plan: ScenarioPlan, customers: CustomerEconomics, curve: ResponseCurve
) -> Campaign:
    """A scenario of the settings as a campaign; without a number of targets it contacts everyone at high
    risk."""
    planned = at_depth(base, plan.discount_percent, curve)
    if plan.targets is not None:
        return replace(planned, targets=plan.targets)
    return replace(
        planned, targets=int((customers.churn_probability > base.high_risk_above).sum()), high_risk_only=True
    )


def specification_scenarios(
    scores: pd.DataFrame, value: pd.DataFrame, config: ShopConfig
) -> list[dict[str, Any]]:
    """The settings' scenarios by the specification's formula: everyone contacted would churn, the pool is
    high risk by CLV."""
    customers = customer_economics(scored_customers(scores, value))
    base = replace(shop_campaign(config, scores), assume_all_churn=True)
    campaigns = {
        p.name: replace(base, targets=p.targets, discount_percent=p.discount_percent)
        for p in config.roi.scenarios
    }
    return [
        {"scenario": name} | simulate(customers, campaign).to_document()
        for name, campaign in campaigns.items()
    ]


def profit_curve_points(customers: CustomerEconomics, campaign: Campaign) -> list[dict[str, float]]:
    """The profit curve at about 60 list lengths, its maximum among them: target_count and expected_profit
    (currency)."""
    curve = profit_curve(customers, campaign)
    if len(curve) == 0:
        return []
    lengths = np.unique(
        np.append(
            np.linspace(1, len(curve), min(CURVE_POINTS, len(curve))).astype(int), int(curve.argmax()) + 1
        )
    )
    return [{"target_count": int(n), "expected_profit": float(curve[n - 1])} for n in lengths]


def sensitivity_table(customers: CustomerEconomics, campaign: Campaign) -> list[dict[str, float]]:
    """What the same list brings for other success rates and discounts: net_roi (currency) and
    probability_of_loss for each pair."""
    chosen = simulate(customers, campaign).chosen
    listed = customers.of(chosen)
    rates = sorted({*SENSITIVITY_RATES, campaign.success_rate})
    discounts = sorted({*SENSITIVITY_DISCOUNTS, campaign.discount_percent})
    rows = []
    for rate in rates:
        for discount in discounts:
            outcome = simulate(
                listed, replace(campaign, targets=len(chosen), success_rate=rate, discount_percent=discount)
            )
            row = {"success_rate": rate, "discount_percent": discount, "net_roi": outcome.net_roi}
            rows.append(row | {"probability_of_loss": outcome.probability_of_loss or 0.0})
    return rows


def _label(plan: ScenarioPlan) -> str:
    who = (
        "Everyone at high risk" if plan.targets is None else f"The {plan.targets} most profitable to contact"
    )
    return f"{who}, {plan.discount_percent:g} % discount"


def _row(name: str, label: str, campaign: Campaign, outcome: CampaignOutcome) -> dict[str, Any]:
    label = f"{label}, {campaign.discount_percent:g} % discount" if name == PROFIT_OPTIMAL else label
    note = f" ({' '.join(outcome.notes)})" if outcome.notes else ""
    return {
        "scenario": name,
        "label": label + note,
        "discount_percent": campaign.discount_percent,
        "success_rate": campaign.success_rate,
        "recommended": False,
    } | {key: value for key, value in outcome.to_document().items() if key in ROI_SCENARIOS.schema.names}
