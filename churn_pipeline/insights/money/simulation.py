"""A campaign as a person asks for it, answered with inputs and outputs: what `churn simulate`, the API and
the app's sliders share."""

from dataclasses import dataclass, fields, replace
from typing import Any

import pandas as pd

from churn_pipeline.core.errors import BadInput
from churn_pipeline.insights.money.campaign import Campaign, CustomerEconomics, simulate
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
    success_rate: the response at the discount's depth; gross_margin: the one that the values are at)."""

    targets: int | None = None
    success_rate: float | None = None
    discount_percent: float | None = None
    cost_per_customer: float | None = None
    clv: float | None = None
    assume_all_churn: bool = False
    gross_margin: float | None = None


@dataclass(frozen=True)
class Candidates:
    """The scored customers of a shop as simulations need them, the same for every question.

    economics: of each; assumed: the shop's campaign; dominant: see dominance; gross_margin: that the values
    are at."""

    economics: CustomerEconomics
    assumed: Campaign
    dominant: dict[str, Any] | None
    gross_margin: float


def candidates(
    scores: pd.DataFrame,
    value: pd.DataFrame,
    config: ShopConfig,
    measured: MeasuredRate | None = None,
    gross_margin: float | None = None,
) -> Candidates:
    """From customer_scores and customer_value; gross_margin: that they were valued at, None for the shop's
    own."""
    return Candidates(
        customer_economics(scored_customers(scores, value)),
        shop_campaign(config, scores, measured),
        dominant_customer(scores, config.currency),
        config.roi.gross_margin if gross_margin is None else gross_margin,
    )


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
    return simulate_among(candidates(scores, value, config, measured), config, request, measured)


def simulate_among(
    among: Candidates, config: ShopConfig, request: CampaignRequest, measured: MeasuredRate | None = None
) -> dict[str, Any]:
    """The same among candidates that are known already."""
    campaign = asked_campaign(among, config, request, measured)
    margin = among.gross_margin if request.gross_margin is None else request.gross_margin
    outcome = simulate(at_gross_margin(among, margin), campaign)
    inputs = {field.name: getattr(campaign, field.name) for field in fields(campaign)}
    source = (
        "asked for"
        if request.success_rate is not None
        else "assumed"
        if measured is None
        else "measured in the shop's own campaigns"
    )
    return {
        "inputs": inputs | {"success_rate_source": source, "gross_margin": margin},
        "outputs": outcome.to_document(),
        "about": [margin_in_words(margin), *([among.dominant["sentence"]] if among.dominant else [])],
    }


def asked_campaign(
    among: Candidates, config: ShopConfig, request: CampaignRequest, measured: MeasuredRate | None = None
) -> Campaign:
    """The campaign with every assumption: what was asked, else the shop's own."""
    asked = {
        field.name: getattr(request, field.name)
        for field in fields(request)
        if field.name != "gross_margin" and getattr(request, field.name) is not None
    }
    base = among.assumed
    if request.cost_per_customer is None:
        discount = base.discount_percent if request.discount_percent is None else request.discount_percent
        base = at_depth(base, discount, response_curve(config, measured))
    return replace(base, **asked)


def at_gross_margin(among: Candidates, gross_margin: float) -> CustomerEconomics:
    """The customers with every value at another margin; a discount is a share of the price and stays.

    BadInput for a margin that is not above 0 and at most 1."""
    if not 0 < gross_margin <= 1:
        raise BadInput(f"The gross margin is {gross_margin:g}: give a share above 0 and at most 1.")
    if gross_margin == among.gross_margin:
        return among.economics
    factor, known = gross_margin / among.gross_margin, among.economics
    return replace(
        known,
        clv=factor * known.clv,
        save_value=factor * known.save_value,
        save_value_sd=factor * known.save_value_sd,
        save_value_half=None if known.save_value_half is None else factor * known.save_value_half,
    )
