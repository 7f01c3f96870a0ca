"""Which discount pays best, and how firm that is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from churn_pipeline.insights.money.campaign import (
    Campaign,
    CampaignOutcome,
    CustomerEconomics,
    campaign_moments,
    campaign_terms,
    common_errors,
    simulate,
)
from churn_pipeline.insights.money.profit_distribution import (
    STANDARD_DRAWS,
    Floats,
    mean_profit,
    success_draws,
)
from churn_pipeline.insights.money.response import ResponseCurve
from churn_pipeline.shop.config import ShopConfig

STEP = 5.0


@dataclass(frozen=True)
class DepthOption:
    """A discount with its best list; best_in_share_of_draws: in how many of the standard draws no other
    discount earns more, 0-1."""

    campaign: Campaign
    outcome: CampaignOutcome
    best_in_share_of_draws: float

    def to_document(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "discount_percent": self.campaign.discount_percent,
            "success_rate": self.campaign.success_rate,
            "target_count": self.outcome.target_count,
            "net_roi": self.outcome.net_roi,
            "best_in_share_of_draws": self.best_in_share_of_draws,
        }


def at_depth(base: Campaign, depth: float, curve: ResponseCurve) -> Campaign:
    """The campaign at another discount (percent), with the response at that depth."""
    return replace(base, discount_percent=depth, success_rate=curve.at(depth))


def depth_options(
    customers: CustomerEconomics, base: Campaign, config: ShopConfig, curve: ResponseCurve
) -> list[DepthOption]:
    """The most profitable list of each discount, smallest discount first: those of the shop's settings, and
    steps of 5 % up to the deepest that settings or catalogue name, since beyond that nothing is known of the
    response.

    A draw fixes the success at the curve's own depth, its bend, the worth of a save, and the errors of value
    and of the churn level alike for all discounts, so that their difference is judged, not their sum."""
    own = {config.roi.discount_percent, *(plan.discount_percent for plan in config.roi.scenarios)}
    deepest = max(
        *own, *(action.discount_percent for action in config.actions if action.kind == "discount"), 0.0
    )
    depths = sorted(own | {float(depth) for depth in np.arange(STEP, deepest, STEP)})
    campaigns = [at_depth(replace(base, targets=None), depth, curve) for depth in depths]
    outcomes = [simulate(customers, campaign) for campaign in campaigns]
    drawn = np.array(
        [_drawn_profits(customers, *pair, curve) for pair in zip(campaigns, outcomes, strict=True)]
    )
    wins = np.bincount(drawn.argmax(axis=0), minlength=len(depths)) / drawn.shape[1]
    return [DepthOption(*found) for found in zip(campaigns, outcomes, wins.tolist(), strict=True)]


def best_depth(options: Sequence[DepthOption]) -> DepthOption:
    """The option with the greatest expected profit; the smaller discount where two earn the same."""
    return max(options, key=lambda option: option.outcome.net_roi)


def _drawn_profits(
    customers: CustomerEconomics, campaign: Campaign, outcome: CampaignOutcome, curve: ResponseCurve
) -> Floats:
    """Expected profit of the option's list in each of the standard draws, currency."""
    moments = campaign_moments(campaign_terms(customers, campaign), outcome.chosen, campaign.redemption_rate)
    own = success_draws(curve.rate, campaign.success_evidence)
    success = curve.drawn(campaign.discount_percent, own, STANDARD_DRAWS.bend)
    certain = outcome.contact_cost + (campaign.fixed_cost if outcome.target_count else 0.0)
    return mean_profit(moments, certain, success, common_errors(customers, campaign))
