"""Allocation: as good as trying everything, within the limits, with the right shadow prices."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from churn_pipeline.campaigns.assignment.allocation import NOBODY, Limits, allocate
from churn_pipeline.campaigns.assignment.membership import Candidates, draw_members
from churn_pipeline.campaigns.assignment.strata import CONTROL

INF = float("inf")


def limits(budget: float = INF, contacts: float = INF, by_offer: tuple[float, ...] = (INF, INF)) -> Limits:
    return Limits(budget, contacts, np.array(by_offer))


def by_trying_everything(profit: np.ndarray, cost: np.ndarray, given: Limits) -> float:
    """The greatest profit of all (offers + 1) ** customers lists within the limits."""
    customers, offers = profit.shape
    best = 0.0
    for choice in product(range(-1, offers), repeat=customers):
        got = [(i, j) for i, j in enumerate(choice) if j >= 0]
        counts = np.bincount([j for _, j in got], minlength=offers)
        if (
            sum(cost[i, j] for i, j in got) <= given.budget + 1e-9
            and len(got) <= given.contacts
            and (counts <= given.by_offer).all()
        ):
            best = max(best, sum(profit[i, j] for i, j in got))
    return best


@st.composite
def small_shops(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, Limits]:
    """Profits (losses and ties among them) and costs (free offers among them) of up to 5 customers and 3
    offers, and limits, each of which may be missing or leave room for nobody."""
    shape = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    cents = st.integers(-800, 2000).map(lambda n: n / 100)
    profit = draw(arrays(np.float64, shape, elements=cents))
    cost = draw(arrays(np.float64, shape, elements=st.integers(0, 1000).map(lambda n: n / 100)))
    budget = draw(st.just(INF) | st.integers(0, 3000).map(lambda n: n / 100))
    most = st.just(INF) | st.integers(0, 6).map(float)
    by_offer = draw(st.lists(most, min_size=shape[1], max_size=shape[1]))
    return profit, cost, Limits(budget, draw(most), np.array(by_offer))


@settings(max_examples=150, deadline=None)
@given(small_shops())
def test_small_shops_get_what_trying_everything_finds(shop: tuple[np.ndarray, np.ndarray, Limits]) -> None:
    profit, cost, given_limits = shop
    found = allocate(profit, cost, given_limits)
    got = np.flatnonzero(found.offer != NOBODY)
    assert cost[got, found.offer[got]].sum() <= given_limits.budget and len(got) <= given_limits.contacts
    assert (np.bincount(found.offer[got], minlength=profit.shape[1]) <= given_limits.by_offer).all()
    best = by_trying_everything(profit, cost, given_limits)
    assert profit[got, found.offer[got]].sum() == pytest.approx(best, abs=1e-6)
    assert min(found.budget_price, found.contacts_price, *found.offer_prices) >= 0


@settings(max_examples=60, deadline=None)
@given(small_shops(), st.sampled_from([0.0, 0.2, 0.5]), st.integers(0, 5))
def test_those_whom_the_lot_leaves_to_contact_never_exceed_a_limit(
    shop: tuple[np.ndarray, np.ndarray, Limits], control_share: float, seed: int
) -> None:
    profit, cost, given_limits = shop
    customers, offers = profit.shape
    candidates = Candidates(
        pd.Series([f"C{k}" for k in range(customers)]),
        pd.Series(["high_risk"] * customers),
        np.full(customers, 0.5),
        pd.Series(np.arange(customers, dtype=float)),
        profit,
        cost,
        np.full(profit.shape, 0.1),
    )
    arms = [f"offer {k}" for k in range(offers)]
    found = draw_members(candidates, arms, given_limits, control_share, 0.3, str(seed))
    spent = 0.0
    for position, arm in enumerate(arms):
        got = found.members[found.drawn.arm == arm]
        assert len(got) <= given_limits.by_offer[position]
        spent += cost[got, position].sum()
    assert spent <= given_limits.budget
    assert (found.drawn.arm != CONTROL).sum() <= given_limits.contacts


def test_without_limits_everyone_gets_the_best_offer_or_none() -> None:
    profit = np.array([[1.0, 2.0], [3.0, 1.0], [-1.0, -2.0]])
    found = allocate(profit, np.ones_like(profit), limits())
    assert found.offer.tolist() == [1, 0, NOBODY]
    assert (found.budget_price, found.contacts_price, found.offer_prices.tolist()) == (0, 0, [0, 0])


def test_the_shadow_price_is_what_one_more_brings() -> None:
    rng = np.random.default_rng(1)
    profit, cost = rng.uniform(1, 20, (400, 2)), rng.uniform(1, 6, (400, 2))

    def value(given: Limits) -> float:
        found = allocate(profit, cost, given)
        got = np.flatnonzero(found.offer != NOBODY)
        return float(profit[got, found.offer[got]].sum())

    tight = limits(budget=300.0)
    price = allocate(profit, cost, tight).budget_price
    assert price == pytest.approx((value(limits(budget=315.0)) - value(tight)) / 15, rel=0.05)
    fewer, few, more = (value(limits(contacts=n)) for n in (49, 50, 51))
    assert (
        more - few - 1e-6 <= allocate(profit, cost, limits(contacts=50)).contacts_price <= few - fewer + 1e-6
    )


def test_a_large_shop_is_within_a_thousandth_of_the_relaxation_and_within_the_limits() -> None:
    rng = np.random.default_rng(2)
    profit, cost = rng.normal(2, 5, (5000, 3)), rng.uniform(0.5, 5, (5000, 3))
    given = Limits(2000.0, 900.0, np.array([INF, 250.0, INF]))
    found = allocate(profit, cost, given)
    got = np.flatnonzero(found.offer != NOBODY)
    assert cost[got, found.offer[got]].sum() <= 2000 and len(got) <= 900
    assert (found.offer == 1).sum() <= 250
    prices = (found.budget_price, found.contacts_price, found.offer_prices)
    # weak duality: no list is worth more than the limits at their prices and what each customer adds to that
    reduced = profit - prices[0] * cost - prices[1] - prices[2]
    bound = 2000 * prices[0] + 900 * prices[1] + 250 * prices[2][1] + np.maximum(reduced.max(axis=1), 0).sum()
    assert 0.999 * bound <= profit[got, found.offer[got]].sum() <= bound + 1e-6
