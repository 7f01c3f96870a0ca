"""The offers of a campaign: discounts of the shop's response curve and actions of its catalogue."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from churn_pipeline.campaigns.assignment.lots import Floats
from churn_pipeline.campaigns.uplift.learned_profit import (
    LearnedEffects,
    learned_effect,
    with_learned_effects,
)
from churn_pipeline.core.enums import Status
from churn_pipeline.core.errors import BadInput
from churn_pipeline.insights.actions.choice import WIN_BACK, action_campaign, at_tier, measured_catalogue
from churn_pipeline.insights.money.campaign import Campaign, campaign_terms, expected_profit
from churn_pipeline.insights.money.discount_depth import at_depth
from churn_pipeline.insights.money.economics import assumed_campaign, customer_economics
from churn_pipeline.insights.money.measured_rates import MeasuredRate
from churn_pipeline.insights.money.response import ResponseCurve, response_curve
from churn_pipeline.shop.actions import STANDARD_ACTIONS, RetentionAction
from churn_pipeline.shop.config import ShopConfig

MOST_OFFERS = 8

_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) ?%?")


@dataclass(frozen=True)
class Offer:
    """arm: its key; action: what is said to the customer; campaign: its money; lapsed_success_rate: share of
    lapsed customers who come back for it."""

    arm: str
    action: RetentionAction
    campaign: Campaign
    lapsed_success_rate: float


def campaign_offers(
    asked: Sequence[str | float], config: ShopConfig, measured: MeasuredRate | None
) -> list[Offer]:
    """The offers asked for: a discount in percent (20, "20", "20%") or the name of an action of the shop's
    catalogue.

    BadInput for a discount outside 0-100, an unknown action, one that is given twice, or too many."""
    curve = response_curve(config, measured)
    found = [_offer(str(text), config, curve, measured) for text in asked]
    arms = [offer.arm for offer in found]
    twice = [arm for arm in dict.fromkeys(arms) if arms.count(arm) > 1]
    if twice:
        raise BadInput(f"The offer {twice[0]} is given twice; name each offer once.")
    if not 0 < len(found) <= MOST_OFFERS:
        raise BadInput(f"{len(found)} offers were given: a campaign has 1 to {MOST_OFFERS}.")
    return found


def arm_named(name: str, arms: Sequence[str]) -> str | None:
    """The arm of that name, or of the discount that it says as offers do (20, 20 %); None where there is
    none."""
    percent = _PERCENT.fullmatch(name.strip())
    found = f"discount_{float(percent[1]):g}" if percent else name.strip()
    return found if found in arms else None


def offer_profits(
    customers: pd.DataFrame,
    offers: Sequence[Offer],
    measured: MeasuredRate | None = None,
    learned: LearnedEffects | None = None,
) -> tuple[Floats, Floats, Floats]:
    """Expected profit, cost and effect of contacting each customer with each offer: (customers, offers), the
    former two in currency, before a fixed cost, the effect a change of the chance of an order.

    measured: moves the success of the eligible in the tiers where campaigns kept more or fewer than in
    others; learned: takes the place of p x success where it is known.
    customers: rows of `insights.actions.choice.contactable_customers`."""
    economics = customer_economics(customers)
    is_lapsed = (customers["status"] == Status.LAPSED).to_numpy()
    p = economics.churn_probability
    profits, costs, effects = [], [], []
    for offer in offers:
        terms = campaign_terms(economics, offer.campaign)
        lapsed = replace(offer.campaign, success_rate=offer.lapsed_success_rate)
        success = np.where(is_lapsed, offer.lapsed_success_rate, offer.campaign.success_rate)
        profit = np.where(is_lapsed, expected_profit(terms, lapsed), expected_profit(terms, offer.campaign))
        for segment in [] if measured is None else measured.tiers:
            inside = (customers["segment"] == segment).to_numpy() & ~is_lapsed
            moved = at_tier(offer.campaign, segment, measured)
            success = np.where(inside, moved.success_rate, success)
            profit = np.where(inside, expected_profit(terms, moved), profit)
        scored = customers["customer_id"].where(~is_lapsed)
        profits.append(with_learned_effects(profit, scored, terms, offer.campaign, learned))
        effect = p * success
        if learned is not None:
            known = learned_effect(scored, offer.campaign, learned)
            effect = np.where(np.isnan(known), effect, known)
        effects.append(effect)
        used = p * success + (1 - p) * offer.campaign.redemption_rate
        costs.append(terms.certain_cost + terms.discount * used)
    return np.column_stack(profits), np.column_stack(costs), np.column_stack(effects)


def profits_of_a_save(customers: pd.DataFrame, offers: Sequence[Offer]) -> Floats:
    """What keeping each customer brings with each offer: the worth of a save less the discount, currency,
    (customers, offers)."""
    economics = customer_economics(customers)
    return np.column_stack([campaign_terms(economics, offer.campaign).of_a_save for offer in offers])


def _offer(text: str, config: ShopConfig, curve: ResponseCurve, measured: MeasuredRate | None) -> Offer:
    named = {action.name: action for action in measured_catalogue(config, measured).actions}
    if text in named:
        action = named[text]
        campaign = action_campaign(action, config, measured=measured)
        return Offer(text, action, campaign, _lapsed_rate(action.discount_percent, config, curve))
    depth = _depth(text, named)
    discounts = [action for action in (*config.actions, *STANDARD_ACTIONS) if action.kind == "discount"]
    words = f"{depth:g} % discount"
    campaign = _at_measured_depth(config, measured, depth, curve)
    action = discounts[0].model_copy(
        update={
            "discount_percent": depth,
            "offer": words,
            "success_rate": campaign.success_rate,
            "contact_cost": campaign.contact_cost,
        }
    )
    return Offer(f"discount_{depth:g}", action, campaign, _lapsed_rate(depth, config, curve))


def _at_measured_depth(
    config: ShopConfig, measured: MeasuredRate | None, depth: float, curve: ResponseCurve
) -> Campaign:
    """A discount with the rate that was measured at its own depth, else that of the curve."""
    arm = f"discount_{depth:g}"
    if measured is None or arm not in measured.offers:
        return at_depth(assumed_campaign(config, measured), depth, curve)
    own = assumed_campaign(config, measured.of_offer(arm))
    return replace(own, discount_percent=depth)


def _depth(text: str, named: dict[str, RetentionAction]) -> float:
    percent = _PERCENT.fullmatch(text.strip())
    depth = float(percent[1]) if percent else 101.0
    if depth > 100:
        raise BadInput(
            f"The offer {text!r}: expected a discount from 0 to 100 percent, such as 15, or an action of the "
            f"shop's catalogue ({', '.join(named)})."
        )
    return depth


def _lapsed_rate(depth: float, config: ShopConfig, curve: ResponseCurve) -> float:
    """Success among the lapsed: that of the catalogue's win-back, moved to this depth along the curve."""
    win_backs = [action for action in (*config.actions, *STANDARD_ACTIONS) if action.kind == WIN_BACK]
    action = win_backs[0]
    if action.discount_percent <= 0:
        return action.success_rate
    shape = np.expm1(-depth / curve.saturation) / np.expm1(-action.discount_percent / curve.saturation)
    return float(min(action.success_rate * shape, 1.0))
