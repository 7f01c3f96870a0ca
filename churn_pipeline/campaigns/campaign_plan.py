"""The document of a campaign that was drawn: who, with what, at what cost, and what will be seen of it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from churn_pipeline.campaigns.assignment.allocation import Allocation, Limits
from churn_pipeline.campaigns.assignment.offers import Offer
from churn_pipeline.campaigns.assignment.precision import (
    customers_needed,
    expected_effect,
    visible_difference,
)
from churn_pipeline.campaigns.assignment.strata import CONTROL
from churn_pipeline.core.documents.campaigns import CampaignArm, LeftOut, ShadowPrice
from churn_pipeline.core.wording import counted, counted_doing, money, number, percent


def campaign_arms(
    members: pd.DataFrame, offers: Sequence[Offer], cost: np.ndarray, effect: np.ndarray
) -> list[CampaignArm]:
    """The arms with their customers; members: rows of CAMPAIGN_MEMBERS; cost (currency) and effect (change of
    the chance of an order): (members, offers)."""
    arms = []
    for position, offer in enumerate(offers):
        got = (members["arm"] == offer.arm).to_numpy()
        leaving = float(members.loc[got, "churn_probability"].sum())
        kept = float(effect[got, position].sum()) / leaving if leaving else offer.campaign.success_rate
        arms.append(
            CampaignArm(
                arm=offer.arm,
                offer=offer.action.offer,
                action=offer.action.name,
                discount_percent=offer.action.discount_percent,
                contact_cost=offer.campaign.contact_cost,
                success_rate=kept,
                customers=int(got.sum()),
                expected_cost=float(cost[got, position].sum()),
                expected_profit=float(members.loc[got, "expected_profit"].sum()),
            )
        )
    control = int((members["arm"] == CONTROL).sum())
    if control:
        arms.append(
            CampaignArm(
                arm=CONTROL,
                offer="nothing",
                action=None,
                discount_percent=0.0,
                contact_cost=0.0,
                success_rate=0.0,
                customers=control,
                expected_cost=0.0,
                expected_profit=0.0,
            )
        )
    return arms


def shadow_prices(
    allocation: Allocation | None,
    limits: Limits,
    arms: Sequence[CampaignArm],
    currency: str,
) -> list[ShadowPrice]:
    """What one unit more of each limit would bring; a customer more on the list is one contact more."""
    if allocation is None:
        return []
    treated = [arm for arm in arms if arm.arm != CONTROL]
    found = []
    if np.isfinite(limits.budget):
        used, price = sum(arm.expected_cost for arm in treated), allocation.budget_price
        found.append(_price("budget", limits.budget, used, price, _budget_words(price, used, currency)))
    if np.isfinite(limits.contacts):
        contacted, price = sum(arm.customers for arm in treated), allocation.contacts_price
        words = _contact_words("all contacts", price, currency)
        found.append(_price("capacity", limits.contacts, contacted, price, words))
    for arm, limit, price in zip(
        treated, limits.by_offer.tolist(), allocation.offer_prices.tolist(), strict=True
    ):
        if np.isfinite(limit):
            words = _contact_words(arm.offer, price, currency)
            found.append(_price(f"capacity of {arm.arm}", limit, arm.customers, price, words))
    return found


def smallest_visible(members: pd.DataFrame) -> float | None:
    """The smallest difference of retention, treated against control, that shows; None without a control."""
    control = int((members["arm"] == CONTROL).sum())
    if not control:
        return None
    rate = float(1 - members["churn_probability"].mean())
    return visible_difference(len(members) - control, control, rate)


def plan_sentences(
    members: pd.DataFrame,
    arms: Sequence[CampaignArm],
    left_out: Sequence[LeftOut],
    prices: Sequence[ShadowPrice],
    no_control_reason: str | None,
    precision: float | None,
    currency: str,
) -> list[str]:
    """What to know about the campaign before it is sent; precision: the difference that was to be seen."""
    treated = [arm for arm in arms if arm.arm != CONTROL]
    contacted = sum(arm.customers for arm in treated)
    control = len(members) - contacted
    each = "; ".join(f"{arm.offer}: {counted(arm.customers, 'customers')}" for arm in treated)
    found = [f"{counted_doing(contacted, 'customers', 'is', 'are')} contacted ({each})."]
    if control:
        found += _what_will_be_seen(members, treated, control, precision)
    else:
        found.append(
            f"Nobody is left alone, because: {no_control_reason}. What the campaign does cannot be measured."
        )
    cost, profit = sum(a.expected_cost for a in treated), sum(a.expected_profit for a in treated)
    found.append(f"Expected cost {money(cost, currency)}, expected profit {money(profit, currency)}.")
    losing = int(((members["arm"] != CONTROL) & (members["expected_profit"] <= 0)).sum())
    if losing:
        found.append(
            f"{number(losing)} of those contacted {'is' if losing == 1 else 'are'} not expected to pay for "
            f"it ({percent(losing / max(contacted, 1))})."
        )
    return [*found, *(left.sentence for left in left_out), *(price.sentence for price in prices)]


def _what_will_be_seen(
    members: pd.DataFrame, treated: Sequence[CampaignArm], control: int, precision: float | None
) -> list[str]:
    """The control group, and which differences show beside it."""
    visible, churn = smallest_visible(members), float(members["churn_probability"].mean())
    rates = {arm.arm: arm.success_rate for arm in treated}
    effect = expected_effect(members["arm"], members["churn_probability"], rates)
    alone = f"{counted_doing(control, 'customers', 'is', 'are')} left alone by lot, to compare with"
    together = ", all offers together" if len(treated) > 1 else ""
    if visible is None or visible >= 1:
        return [f"{alone}: with so few no difference will show in this campaign alone."]
    found = [
        f"{alone}: you will see differences of {number(100 * visible, 1)} points of retention or "
        f"more{together}; expected are {number(100 * effect, 1)}."
    ]
    if precision is not None and visible > 1.01 * precision:
        needed = customers_needed(1 - churn, precision, 0.5)
        found.append(
            f"Differences of {number(100 * precision, 1)} points would show in a list of "
            f"{counted(needed or 0, 'customers')}, half of them left alone; this one has "
            f"{number(len(members))}."
        )
    if visible > 1.01 * effect:
        found.append(
            "That is too few customers to see the expected effect in this campaign alone; "
            "it counts together with others."
        )
    return found


def _price(of: str, limit: float, used: float, price: float, sentence: str) -> ShadowPrice:
    return ShadowPrice(of=of, limit=limit, used=used, profit_per_unit=price, sentence=sentence)


def _budget_words(price: float, used: float, currency: str) -> str:
    if price <= 0:
        return f"The budget is not what limits the list: {money(used, currency)} of it is used."
    step = 100
    return (
        f"The next {money(step, currency)} of budget would return {money(step * (1 + price), currency)}: "
        f"{money(step * price, currency)} more than they cost."
    )


def _contact_words(of: str, price: float, currency: str) -> str:
    if price <= 0:
        return f"More capacity for {of} would bring nothing more."
    return f"Capacity for one more of {of} would bring {money(price, currency)}."
