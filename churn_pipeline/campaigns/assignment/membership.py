"""Who is in a campaign, with which offer, and who is left alone by lot; within budget and capacity."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn_pipeline.campaigns.assignment.allocation import NOBODY, Allocation, Limits, allocate
from churn_pipeline.campaigns.assignment.lots import Floats, lots
from churn_pipeline.campaigns.assignment.strata import LEARNING, Drawn, draw, strata
from churn_pipeline.core.errors import ChurnError

LOTS_BEFORE_LESS, PLANS = 20, 20
"""A list within a budget is planned larger by what its controls do not cost; where twenty lots leave too many
to contact, with less, down to a list that keeps the limits whomever the lot picks."""


@dataclass(frozen=True)
class Selection:
    """offer: position of each candidate's offer (NOBODY: not in the campaign); is_learner: its offer is the
    lot's; allocation: with the shadow prices, None where everybody asked for is taken."""

    offer: npt.NDArray[np.intp]
    is_learner: npt.NDArray[np.bool_]
    allocation: Allocation | None


@dataclass(frozen=True)
class Membership:
    """drawn: of the members; members: their positions among the candidates; stratum: their names; lot: how
    often it was drawn anew."""

    members: npt.NDArray[np.intp]
    stratum: pd.Series
    drawn: Drawn
    allocation: Allocation | None
    lot: int


@dataclass(frozen=True)
class Candidates:
    """segment, churn probability and value (CLV, currency) of each; profit, cost (currency) and effect
    (change of the chance of an order): (candidates, offers); wanted: the list that was asked for, whether it
    pays or not, None: whoever pays."""

    customer_id: pd.Series
    segment: pd.Series
    churn_probability: Floats
    value: pd.Series
    profit: Floats
    cost: Floats
    effect: Floats
    wanted: npt.NDArray[np.bool_] | None = None


def select(
    candidates: Candidates, planned: Limits, most_each: float, learning_share: float, seed: str
) -> Selection:
    """The members and their offers within the planned limits; most_each: what a single contact may cost.

    With several offers a share of the list is learners, drawn by lot, who get one of the offers by lot."""
    profit = candidates.profit
    if candidates.wanted is not None:  # a list that was asked for is taken whether it pays or not
        floor = -float(np.abs(profit).sum()) - 1.0
        profit = np.where(candidates.wanted[:, None], profit - floor, -1.0)
    profit = np.where(candidates.cost <= most_each, profit, -1.0)
    learners = _learners(candidates, profit, planned, learning_share, seed)
    spent = candidates.cost[learners].mean(axis=1).sum()
    each = learners.sum() / max(profit.shape[1], 1)
    rest = Limits(planned.budget - spent, planned.contacts - learners.sum(), planned.by_offer - each)
    allocation = allocate(np.where(learners[:, None], -1.0, profit), candidates.cost, rest)
    offer = allocation.offer.copy()
    offer[learners] = profit[learners].argmax(axis=1)
    return Selection(offer, learners, None if candidates.wanted is not None else allocation)


def draw_members(
    candidates: Candidates,
    arms: Sequence[str],
    limits: Limits,
    control_share: float,
    learning_share: float,
    seed: str,
) -> Membership:
    """The campaign's members with their arms; treated customers never cost more than the budget nor are
    more than the capacities. The lot is drawn anew where they would be; nobody is drawn where a single
    contact costs more than the budget."""
    for attempt in range(LOTS_BEFORE_LESS * PLANS):
        plan, turn = divmod(attempt, LOTS_BEFORE_LESS)
        if turn == 0:
            planned, learning = _planned(limits, 1 - control_share, plan), learning_share
            if plan == PLANS - 1:
                learning = 0.0  # what a learner costs is the lot's, too
            selection = select(candidates, planned, limits.budget, learning, seed)
        members = np.flatnonzero(selection.offer != NOBODY)
        chosen = pd.Series(
            [
                LEARNING if learner else arms[offer]
                for learner, offer in zip(
                    selection.is_learner[members], selection.offer[members], strict=True
                )
            ],
            dtype=object,
        )
        stratum = strata(
            chosen,
            candidates.segment.iloc[members].reset_index(drop=True),
            candidates.value.iloc[members].reset_index(drop=True),
        )
        lot = lots(f"{seed}|lot {attempt}", candidates.customer_id.iloc[members])
        drawn = draw(stratum, lot, chosen, control_share, list(arms))
        if _keeps(drawn, members, candidates.cost, arms, limits):
            return Membership(members, stratum, drawn, selection.allocation, attempt)
    raise ChurnError("No list keeps the budget and the capacity: raise them, or hold fewer customers out.")


def _planned(limits: Limits, treated: float, plan: int) -> Limits:
    """The limits of the whole list, controls included: at first such that the treated keep theirs on average,
    at last the treated's own."""
    larger = treated ** (plan / (PLANS - 1) - 1)
    return Limits(limits.budget * larger, limits.contacts * larger, limits.by_offer * larger)


def _learners(
    candidates: Candidates, profit: Floats, limits: Limits, share: float, seed: str
) -> npt.NDArray[np.bool_]:
    """Whose offer is drawn by lot: `share` of those worth an offer, and of budget and capacity."""
    customers, offers = profit.shape
    chosen = np.zeros(customers, bool)
    if offers < 2 or share == 0:
        return chosen
    lot = lots(f"{seed}|learning", candidates.customer_id)
    drawn = np.flatnonzero((profit.max(axis=1) > 0) & (lot < share))
    drawn = drawn[np.argsort(lot[drawn], kind="stable")]
    spent = np.cumsum(candidates.cost[drawn].mean(axis=1))
    count = np.arange(1, len(drawn) + 1)
    fits = (spent <= share * limits.budget) & (count <= share * limits.contacts)
    fits &= (count[:, None] / offers <= share * limits.by_offer).all(axis=1)
    chosen[drawn[fits]] = True
    return chosen


def _keeps(
    drawn: Drawn, members: npt.NDArray[np.intp], cost: Floats, arms: Sequence[str], limits: Limits
) -> bool:
    total, contacted = 0.0, 0
    for position, arm in enumerate(arms):
        got = members[drawn.arm == arm]
        if len(got) > limits.by_offer[position]:
            return False
        total, contacted = total + float(cost[got, position].sum()), contacted + len(got)
    return total <= limits.budget and contacted <= limits.contacts
