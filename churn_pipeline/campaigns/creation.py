"""A campaign from what was asked to a list with arms: whom it may contact, with which offer, and who is left
alone by lot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from churn_pipeline.campaigns.assignment.allocation import Limits
from churn_pipeline.campaigns.assignment.membership import Candidates, Membership, draw_members
from churn_pipeline.campaigns.assignment.offers import (
    Offer,
    arm_named,
    campaign_offers,
    offer_profits,
    profits_of_a_save,
)
from churn_pipeline.campaigns.assignment.precision import (
    SHARE_WHERE_NOTHING_SHOWS,
    control_share,
)
from churn_pipeline.campaigns.assignment.strata import CONTROL
from churn_pipeline.campaigns.assignment.suppression import left_out_in_words, reasons_to_leave_out
from churn_pipeline.campaigns.campaign_order import CampaignOrder, check_order
from churn_pipeline.campaigns.campaign_plan import (
    campaign_arms,
    plan_sentences,
    shadow_prices,
    smallest_visible,
)
from churn_pipeline.campaigns.chosen_lists import campaign_pool, strangers_in_words, usual_offer, wanted_list
from churn_pipeline.campaigns.kept_campaigns import campaign_key, keep_campaign, require_free
from churn_pipeline.campaigns.member_rows import member_rows
from churn_pipeline.campaigns.target_lists import described_customers
from churn_pipeline.campaigns.uplift.learned_profit import learned_effects_in_use
from churn_pipeline.core.documents.campaigns import CampaignPlan, LeftOut
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.wording import counted, money
from churn_pipeline.insights.actions.choice import contactable_customers
from churn_pipeline.insights.actions.complements import bought_products
from churn_pipeline.insights.money.economics import at_level
from churn_pipeline.insights.money.measured_rates import measured_rate
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.run import ShopRun

LATEST_START = timedelta(days=366)
OLD_SCORES = 30
"""Days between scores and start from which on the plan says that they are old."""


@dataclass(frozen=True)
class Choice:
    """available: rows of `contactable_customers` that may be contacted; left_out: the others, in words;
    pool: how many there were."""

    available: pd.DataFrame
    left_out: list[LeftOut]
    pool: int
    offers: list[Offer]
    candidates: Candidates
    limits: Limits


def create_campaign(run: ShopRun, order: CampaignOrder, created_by: str, now: datetime) -> CampaignPlan:
    """Draws the campaign and keeps it; the caller holds the shop's lock. See planned_campaign."""
    plan, members = planned_campaign(run, order, created_by, now)
    keep_campaign(run.store, plan, members)
    return plan


def planned_campaign(
    run: ShopRun, order: CampaignOrder, created_by: str, now: datetime
) -> tuple[CampaignPlan, pd.DataFrame]:
    """The campaign as it would be created, and its members; nothing is kept.

    now: UTC, naive. BadInput for what cannot be: an unknown offer, a start before the scores, a taken name,
    nobody left to contact. NotFound before the first scoring."""
    check_order(order)
    key = campaign_key(order.name)
    require_free(run.store, key)
    scores, value = run.store.read("customer_scores"), run.store.read("customer_value")
    as_of: datetime = scores["as_of"].max().to_pydatetime()
    starts_at = _start(order, as_of)
    ends_at = starts_at + timedelta(days=run.config.campaigns.effect_days or run.horizon)
    choice = _choice(run, order, scores, value, starts_at)
    seed = f"{run.shop}|{key}|{order.seed}"
    found = _drawn(choice, order, run.config, seed)
    if not len(found.members):
        raise BadInput(_why_nobody(choice, run.config.currency))
    if order.no_control_reason is None and not (found.drawn.arm == CONTROL).any():
        raise BadInput(
            f"A list of {counted(len(found.members), 'customers')} leaves nobody to compare with: contact "
            "more, or say why nobody is left alone."
        )
    members = member_rows(
        key,
        (starts_at, ends_at),
        choice.available,
        found,
        choice.offers,
        choice.candidates.profit,
        profits_of_a_save(choice.available, choice.offers),
        described_customers(scores, value),
        bought_products(run.store, as_of, run.settings.threads),
    )
    of_members = choice.candidates.cost[found.members], choice.candidates.effect[found.members]
    arms = campaign_arms(members, choice.offers, *of_members)
    currency = run.config.currency
    prices = shadow_prices(found.allocation, choice.limits, arms, currency)
    sentences = plan_sentences(
        members, arms, choice.left_out, prices, order.no_control_reason, order.precision, currency
    )
    if (days := (starts_at - as_of).days) > OLD_SCORES:
        sentences.append(f"The scores are {days} days older than the start: score anew shortly before it.")
    treated = int(sum(arm.customers for arm in arms if arm.action is not None))
    plan = CampaignPlan(
        campaign_id=key,
        shop=run.shop,
        name=order.name,
        created_at=now,
        created_by=created_by,
        source=order.source,
        as_of=as_of,
        scores_version=run.store.version("customer_scores") or "",
        starts_at=starts_at,
        ends_at=ends_at,
        effect_days=(ends_at - starts_at).days,
        horizon=run.horizon,
        seed=order.seed,
        lot=found.lot,
        control_share=(len(members) - treated) / len(members),
        no_control_reason=order.no_control_reason,
        holdout_share=run.config.campaigns.holdout_share,
        budget=order.budget,
        capacity=order.capacity,
        candidates=choice.pool,
        members=len(members),
        treated=treated,
        control=len(members) - treated,
        arms=arms,
        left_out=choice.left_out,
        shadow_prices=prices,
        expected_cost=sum(arm.expected_cost for arm in arms),
        expected_profit=sum(arm.expected_profit for arm in arms) - run.config.roi.fixed_cost,
        smallest_visible_difference=smallest_visible(members),
        sentences=sentences,
    )
    return plan, members


def _why_nobody(choice: Choice, currency: str) -> str:
    """Why not one customer is drawn."""
    given, budget = choice.candidates, choice.limits.budget
    asked = (
        given.profit > 0 if given.wanted is None else np.broadcast_to(given.wanted[:, None], given.cost.shape)
    )
    if asked.any() and given.cost[asked].min() > budget:
        cheapest = money(float(given.cost[asked].min()), currency)
        return (
            f"A budget of {money(budget, currency)} contacts nobody: the cheapest contact is expected to "
            f"cost {cheapest}. Nothing was created."
        )
    told = " ".join(left.sentence for left in choice.left_out)
    return (
        f"None of the {counted(len(choice.available), 'customers')} who may be contacted is expected to pay "
        f"for it: nothing was created. {_nearest_to_paying(choice, currency)} Simulate other offers, or name "
        f"an audience. {told}"
    ).strip()


def _nearest_to_paying(choice: Choice, currency: str) -> str:
    """The contact that would pay most, and what stands against it."""
    place = int(np.argmax(choice.candidates.profit.max(axis=0)))
    offer, profit = choice.offers[place], float(choice.candidates.profit[:, place].max())
    limits, given = choice.limits, []
    if np.isfinite(limits.budget):
        given.append(f"a budget of {money(limits.budget, currency)}")
    if np.isfinite(limits.contacts):
        given.append(f"a capacity of {counted(int(limits.contacts), 'contacts')}")
    beside = f" The limits were {' and '.join(given)}." if given else ""
    return (
        f"The best contact, with {offer.arm}, is expected to bring {money(profit, currency)} at a cost of "
        f"{money(float(choice.candidates.cost[:, place].min()), currency)} or more.{beside}"
    )


def _start(order: CampaignOrder, as_of: datetime) -> datetime:
    starts_at = order.starts_at or as_of
    if starts_at < as_of:
        raise BadInput(
            f"The start, {starts_at:%Y-%m-%d}, lies before the scores, which know orders up to "
            f"{as_of:%Y-%m-%d}: "
            "who is left alone has to be drawn before anything is known of the outcome."
        )
    if starts_at > as_of + LATEST_START:
        raise BadInput(
            f"The start, {starts_at:%Y-%m-%d}, lies more than a year after the scores of {as_of:%Y-%m-%d}: "
            "take an earlier one, or score anew shortly before it."
        )
    return starts_at


def _choice(
    run: ShopRun, order: CampaignOrder, scores: pd.DataFrame, value: pd.DataFrame, starts_at: datetime
) -> Choice:
    """Who may be contacted, with which offers, at what profit and cost."""
    config, measured = at_level(run.config, run.store), measured_rate(run.store)
    pool = campaign_pool(contactable_customers(scores, value), order, scores["customer_id"])
    reasons = reasons_to_leave_out(pool["customer_id"], starts_at, run.store, config)
    left_out = [*strangers_in_words(order, scores["customer_id"]), *left_out_in_words(reasons, config)]
    available = pool[reasons.isna()].reset_index(drop=True)
    if available.empty:
        told = " ".join(left.sentence for left in left_out)
        raise BadInput(f"Nobody is left to contact of {len(pool)} customers. {told}".strip())
    asked = order.offers or (usual_offer(available, scores, order, config, measured),)
    offers = campaign_offers(asked, config, measured)
    limits, wanted = _limits(order, offers), wanted_list(available, order)
    if wanted is not None and np.isfinite([limits.budget, limits.contacts, *limits.by_offer]).any():
        available, wanted = available[wanted].reset_index(drop=True), None
    profit, cost, effect = offer_profits(available, offers, measured, learned_effects_in_use(run.store))
    candidates = Candidates(
        available["customer_id"],
        available["segment"].astype(str),
        available["churn_probability"].to_numpy(np.float64),
        available["clv"],
        profit,
        cost,
        effect,
        wanted,
    )
    return Choice(available, left_out, len(pool), offers, candidates, limits)


def _limits(order: CampaignOrder, offers: Sequence[Offer]) -> Limits:
    arms = [offer.arm for offer in offers]
    by_arm: dict[str, float] = {}
    for name, most in order.offer_capacities.items():
        arm = arm_named(name, arms)
        if arm is None:
            raise BadInput(f"The capacity of {name}: the campaign's offers are {', '.join(arms)}.")
        if arm in by_arm:
            raise BadInput(f"The capacity of {arm} is given twice; give one number.")
        by_arm[arm] = float(most)
    return Limits(
        budget=float("inf") if order.budget is None else order.budget,
        contacts=float("inf") if order.capacity is None else float(order.capacity),
        by_offer=np.array([by_arm.get(arm, np.inf) for arm in arms]),
    )


def _drawn(choice: Choice, order: CampaignOrder, config: ShopConfig, seed: str) -> Membership:
    """The members, drawn with the control share that was asked for or that shows the expected effect.

    That share follows from the list, so the list is first drawn with the usual one."""
    rules, arms = config.campaigns, [offer.arm for offer in choice.offers]

    def drawn_with(share: float) -> Membership:
        return draw_members(choice.candidates, arms, choice.limits, share, rules.learning_share, seed)

    if order.no_control_reason is not None:
        return drawn_with(0.0)
    share = SHARE_WHERE_NOTHING_SHOWS if order.control is None else order.control
    found = drawn_with(share)
    if order.control is not None or not len(found.members):
        return found
    p = float(choice.candidates.churn_probability[found.members].mean())
    own = np.array([arms.index(arm) for arm in found.drawn.arm[found.drawn.arm != CONTROL]], np.intp)
    contacted = found.members[found.drawn.arm != CONTROL]
    effect = order.precision or float(choice.candidates.effect[contacted, own].mean())
    share, _ = control_share(
        len(found.members),
        1 - p,
        effect,
        rules.smallest_control_share,
        rules.largest_control_share,
    )
    return drawn_with(share)
