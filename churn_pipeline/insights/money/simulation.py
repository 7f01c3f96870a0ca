"""A campaign as a person asks for it, answered with inputs and outputs: what `churn simulate`, the API and
the app's sliders share."""

from dataclasses import dataclass, fields, replace
from typing import Any

import pandas as pd

from churn_pipeline.insights.money.campaign import simulate
from churn_pipeline.insights.money.discount_depth import at_depth
from churn_pipeline.insights.money.dominance import dominant_customer
from churn_pipeline.insights.money.economics import customer_economics, scored_customers, shop_campaign
from churn_pipeline.insights.money.margin import margin_in_words
from churn_pipeline.insights.money.measured_rates import MeasuredRate
from churn_pipeline.insights.money.response import response_curve
from churn_pipeline.shop.config import ShopConfig


@dataclass(frozen=True)
class CampaignRequest:
    """What was asked; None leaves the shop's own assumption (targets: as many as pay for themselves;
    success_rate: the response at the discount's depth)."""

    targets: int | None = None
    success_rate: float | None = None
    discount_percent: float | None = None
    cost_per_customer: float | None = None
    clv: float | None = None
    assume_all_churn: bool = False


def simulate_campaign(
    scores: pd.DataFrame,
    value: pd.DataFrame,
    config: ShopConfig,
    request: CampaignRequest,
    measured: MeasuredRate | None = None,
) -> dict[str, Any]:
    """inputs: the campaign with every assumption; outputs: total_cost, expected_saves, revenue_protected,
    net_roi, roi_percent and more;
    about: sentences on what the amounts are.

    From customer_scores and customer_value; JSON-safe. BadInput for an assumption outside its range.
    """
    curve = response_curve(config, measured)
    asked = {
        field.name: getattr(request, field.name)
        for field in fields(request)
        if getattr(request, field.name) is not None
    }
    base = shop_campaign(config, scores, measured)
    if request.cost_per_customer is None:
        base = at_depth(
            base,
            base.discount_percent if request.discount_percent is None else request.discount_percent,
            curve,
        )
    campaign = replace(base, **asked)
    outcome = simulate(customer_economics(scored_customers(scores, value)), campaign)
    inputs = {field.name: getattr(campaign, field.name) for field in fields(campaign)}
    source = (
        "asked for"
        if request.success_rate is not None
        else "assumed"
        if measured is None
        else "measured in the shop's own campaigns"
    )
    dominant = dominant_customer(scores, config.currency)
    return {
        "inputs": inputs | {"success_rate_source": source},
        "outputs": outcome.to_document(),
        "about": [margin_in_words(config.roi.gross_margin), *([dominant["sentence"]] if dominant else [])],
    }
