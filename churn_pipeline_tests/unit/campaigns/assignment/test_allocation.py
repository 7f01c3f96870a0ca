"""Allocation: as good as trying everything, within the limits, with the right shadow prices."""

from itertools import product

import numpy as np
import pytest

from churn_pipeline.campaigns.assignment.allocation import NOBODY, Limits, allocate

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


@pytest.mark.parametrize("seed", range(12))
def test_small_shops_get_what_trying_everything_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cost = rng.uniform(1, 10, (7, 2))
    profit = rng.normal(5, 8, (7, 2))
    given = limits(float(rng.uniform(8, 30)), float(rng.integers(2, 6)), (INF, float(rng.integers(1, 4))))
    found = allocate(profit, cost, given)
    got = np.flatnonzero(found.offer != NOBODY)
    assert cost[got, found.offer[got]].sum() <= given.budget and len(got) <= given.contacts
    assert (np.bincount(found.offer[got], minlength=2) <= given.by_offer).all()
    assert profit[got, found.offer[got]].sum() == pytest.approx(by_trying_everything(profit, cost, given))


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
