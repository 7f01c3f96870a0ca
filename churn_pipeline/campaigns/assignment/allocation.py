"""Which offer for which customer, within a budget and capacities: a linear programme.

Maximise the sum of profit(i, j) x(i, j), where x(i, j) = 1 when customer i gets offer j: at most one offer a
customer, the costs within the budget, the contacts within the capacities. Small ones are solved to the
optimum in whole numbers (HiGHS, branch and bound); in large ones the relaxation, of which no more customers
than there are limits are split, is rounded down and filled up. Shadow prices are the relaxation's."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from churn_pipeline.campaigns.assignment.lots import Floats

WHOLE_NUMBERS_UP_TO = 4000
"""Pairs of customer and offer that are solved in whole numbers."""
NOBODY = -1


@dataclass(frozen=True)
class Limits:
    """budget: currency; contacts: customers in all; by_offer: customers of each offer; infinite where there
    is none."""

    budget: float
    contacts: float
    by_offer: Floats


@dataclass(frozen=True)
class Allocation:
    """offer: position of each customer's offer, NOBODY for none; prices: profit of one unit more of budget,
    contacts, and each offer's contacts (0 where not scarce)."""

    offer: npt.NDArray[np.intp]
    budget_price: float
    contacts_price: float
    offer_prices: Floats


def allocate(profit: Floats, cost: Floats, limits: Limits) -> Allocation:
    """The most profitable offers; profit and cost: (customers, offers), currency. A customer without any
    profitable offer gets none."""
    customers, offers = profit.shape
    free = profit.argmax(axis=1) if offers else np.zeros(customers, np.intp)
    rows = np.arange(customers)
    wanted = profit[rows, free] > 0 if offers else np.zeros(customers, bool)
    best = np.where(wanted, free, NOBODY)
    if _within(best, cost, limits):
        return Allocation(best, 0.0, 0.0, np.zeros(offers))
    pairs = np.flatnonzero((profit > 0).ravel())  # an unprofitable pair is never part of an optimum
    owner, offer = np.divmod(pairs, offers)
    scarce, ceilings = _scarcity(owner, offer, cost, limits)
    once = sparse.csr_array(
        (np.ones(len(pairs)), (owner, np.arange(len(pairs)))), shape=(customers, len(pairs))
    )
    gain = profit[owner, offer]
    relaxed = linprog(
        -gain,
        A_ub=sparse.vstack([scarce, once]),
        b_ub=np.concatenate([ceilings, np.ones(customers)]),
        bounds=(0, 1),
        method="highs",
    )
    taken = np.asarray(relaxed.x)
    if len(pairs) <= WHOLE_NUMBERS_UP_TO:
        whole = milp(
            -gain,
            integrality=np.ones(len(pairs)),
            bounds=Bounds(0, 1),
            constraints=[LinearConstraint(scarce, ub=ceilings), LinearConstraint(once, ub=1)],
            options={"mip_rel_gap": 0.0},
        )
        taken = np.asarray(whole.x)
    chosen = np.full(customers, NOBODY, np.intp)
    kept = taken > 1 - 1e-6
    chosen[owner[kept]] = offer[kept]
    _drop(chosen, profit, cost, limits)
    _fill(chosen, profit, cost, limits)
    prices = np.maximum(-np.asarray(relaxed.ineqlin.marginals)[: len(ceilings)], 0.0)
    return _priced(chosen, prices, limits)


def _scarcity(
    owner: npt.NDArray[np.intp], offer: npt.NDArray[np.intp], cost: Floats, limits: Limits
) -> tuple[sparse.csr_array, Floats]:
    """The rows of the limits that there are, in the order budget, contacts, offers, and their ceilings."""
    rows, ceilings = [], []
    if np.isfinite(limits.budget):
        rows.append(cost[owner, offer])
        ceilings.append(limits.budget)
    if np.isfinite(limits.contacts):
        rows.append(np.ones(len(owner)))
        ceilings.append(limits.contacts)
    for position in np.flatnonzero(np.isfinite(limits.by_offer)):
        rows.append((offer == position).astype(np.float64))
        ceilings.append(limits.by_offer[position])
    return sparse.csr_array(np.vstack(rows)), np.array(ceilings, dtype=np.float64)


def _priced(chosen: npt.NDArray[np.intp], prices: Floats, limits: Limits) -> Allocation:
    given = iter(prices.tolist())
    budget = next(given) if np.isfinite(limits.budget) else 0.0
    contacts = next(given) if np.isfinite(limits.contacts) else 0.0
    by_offer = np.array([next(given) if np.isfinite(limit) else 0.0 for limit in limits.by_offer])
    return Allocation(chosen, budget, contacts, by_offer)


def _within(chosen: npt.NDArray[np.intp], cost: Floats, limits: Limits) -> bool:
    got = np.flatnonzero(chosen != NOBODY)
    each = np.bincount(chosen[got], minlength=len(limits.by_offer))
    return bool(
        cost[got, chosen[got]].sum() <= limits.budget
        and len(got) <= limits.contacts
        and (each <= limits.by_offer).all()
    )


def _drop(chosen: npt.NDArray[np.intp], profit: Floats, cost: Floats, limits: Limits) -> None:
    """Takes out those of least profit where the solver's tolerance has let in a trifle too much, in place."""
    got = np.flatnonzero(chosen != NOBODY)
    for customer in got[np.argsort(profit[got, chosen[got]], kind="stable")]:
        if _within(chosen, cost, limits):
            return
        chosen[customer] = NOBODY


def _fill(chosen: npt.NDArray[np.intp], profit: Floats, cost: Floats, limits: Limits) -> None:
    """Gives what rounding down has left over to the most profitable customers that still fit, in place."""
    left = np.flatnonzero(chosen == NOBODY)
    got = np.flatnonzero(chosen != NOBODY)
    budget = limits.budget - cost[got, chosen[got]].sum()
    contacts = limits.contacts - len(got)
    by_offer = limits.by_offer - np.bincount(chosen[got], minlength=profit.shape[1])
    best = profit[left].max(axis=1, initial=-np.inf)
    for customer in left[np.argsort(-best, kind="stable")]:
        fits = (profit[customer] > 0) & (cost[customer] <= budget) & (by_offer >= 1)
        if contacts < 1:
            return
        if fits.any():
            position = int(np.argmax(np.where(fits, profit[customer], -np.inf)))
            chosen[customer] = position
            budget, contacts = budget - cost[customer, position], contacts - 1
            by_offer[position] -= 1
