"""Members and arms: strata hold their share, chances are exact, limits are kept."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.campaigns.assignment.allocation import Limits
from churn_pipeline.campaigns.assignment.membership import Candidates, draw_members
from churn_pipeline.campaigns.assignment.strata import CONTROL, draw

INF = float("inf")


def candidates(n: int = 600, offers: int = 1, seed: int = 0) -> Candidates:
    rng = np.random.default_rng(seed)
    return Candidates(
        pd.Series([f"C{k:05}" for k in range(n)]),
        pd.Series(rng.choice(["high_risk", "medium_risk", "low_risk"], n)),
        rng.uniform(0, 1, n),
        pd.Series(rng.lognormal(4, 1, n)),
        rng.normal(5, 6, (n, offers)),
        rng.uniform(1, 4, (n, offers)),
        np.full((n, offers), 0.1),
    )


def no_limits(offers: int = 1) -> Limits:
    return Limits(INF, INF, np.full(offers, INF))


def test_every_stratum_holds_its_share_of_controls_and_the_chances_say_so() -> None:
    given = candidates()
    found = draw_members(given, ["discount_20"], no_limits(), 0.25, 0.2, "seed")
    rows = pd.DataFrame({"stratum": found.stratum, "arm": found.drawn.arm, "chance": found.drawn.probability})
    assert set(found.members) == set(np.flatnonzero(given.profit[:, 0] > 0))
    assert rows["stratum"].nunique() >= 6
    for _, stratum in rows.groupby("stratum"):
        control = stratum["arm"] == CONTROL
        assert abs(control.sum() - 0.25 * len(stratum)) <= 1
        assert stratum.loc[control, "chance"].eq(control.mean()).all()
        assert np.allclose(stratum.loc[~control, "chance"], 1 - control.mean())
    assert abs((rows["arm"] == CONTROL).sum() - 0.25 * len(rows)) <= 1


def test_the_same_seed_draws_the_same_and_another_one_another() -> None:
    given = candidates()
    first, again, other = (
        draw_members(given, ["a"], no_limits(), 0.3, 0.2, seed).drawn.arm.tolist() for seed in ("s", "s", "t")
    )
    assert first == again != other


def test_each_customer_is_control_as_often_as_its_chance_says() -> None:
    stratum, offer = pd.Series(["a"] * 15 + ["b"] * 25), pd.Series(["x"] * 40)
    rng, draws = np.random.default_rng(1), 600
    drawn = [draw(stratum, rng.random(40), offer, 0.25, ["x"]) for _ in range(draws)]
    often = np.mean([one.arm == CONTROL for one in drawn], axis=0)
    chance = np.where(drawn[0].arm == CONTROL, drawn[0].probability, 1 - drawn[0].probability)
    assert set(chance.round(6)) == {round(4 / 15, 6), 0.24}
    assert np.abs(often - chance).max() < 4 * np.sqrt(0.25 * 0.75 / draws)


def test_learners_get_each_offer_alike_whatever_would_pay_most() -> None:
    given = candidates(2000, offers=2)
    found = draw_members(given, ["a", "b"], no_limits(2), 0.2, 0.4, "seed")
    learners = found.stratum.str.startswith("learning").to_numpy()
    arms = pd.Series(found.drawn.arm[learners]).value_counts()
    assert abs(arms["a"] - arms["b"]) <= found.stratum[learners].nunique()
    best = np.where(given.profit.argmax(axis=1) == 0, "a", "b")[found.members]
    others = ~learners & (found.drawn.arm != CONTROL)
    assert (found.drawn.arm[others] == best[others]).all()


@pytest.mark.parametrize("seed", range(8))
def test_the_treated_never_cost_more_than_the_budget(seed: int) -> None:
    given = candidates(300, offers=2, seed=seed)
    limits = Limits(120.0, 60.0, np.array([25.0, INF]))
    found = draw_members(given, ["a", "b"], limits, 0.2, 0.3, f"s{seed}")
    cost = sum(given.cost[found.members[found.drawn.arm == arm], k].sum() for k, arm in enumerate(("a", "b")))
    treated = found.drawn.arm != CONTROL
    assert 60 < cost <= 120 and treated.sum() <= 60 and (found.drawn.arm == "a").sum() <= 25


@pytest.mark.parametrize(
    ("customers", "each", "budget", "share", "contacted"),
    [(40, 10.0, 9.0, 0.5, 0), (1, 1.05, 1.0, 0.5, 0), (10, 10.0, 10.0, 0.9, 1), (30, 0.53, 1.0, 0.5, 1)],
)
def test_a_budget_for_nobody_or_for_one_is_kept(
    customers: int, each: float, budget: float, share: float, contacted: int
) -> None:
    given = candidates(customers)
    alike = replace(given, profit=np.full((customers, 1), 5.0), cost=np.full((customers, 1), each))
    found = draw_members(alike, ["a"], Limits(budget, INF, np.array([INF])), share, 0.2, "seed")
    assert (found.drawn.arm == "a").sum() == contacted


def test_without_a_control_everyone_is_treated_for_sure() -> None:
    found = draw_members(candidates(), ["a"], no_limits(), 0.0, 0.2, "seed")
    assert set(found.drawn.arm) == {"a"} and (found.drawn.probability == 1).all()
