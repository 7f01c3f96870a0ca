"""The plan of cutoffs: embargo, spacing, history, and what a short history says."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn_pipeline.churn_definition.cutoffs import plan_cutoffs
from churn_pipeline.core.errors import BadInput

START = datetime(2023, 1, 1, 9, 30)


def test_cdnow_with_90_days() -> None:
    plan = plan_cutoffs(datetime(1997, 1, 1), datetime(1998, 6, 30), 90, 24)
    assert plan.data_end == datetime(1998, 7, 1)
    assert plan.test == datetime(1998, 4, 2)
    assert plan.training[-1] == datetime(1998, 1, 2)
    assert plan.training[0] == datetime(1997, 4, 13)
    assert len(plan.training) == 13
    assert plan.embargoed == tuple(datetime(1998, 4, 2) - timedelta(days=22 * k) for k in (4, 3, 2, 1))


@given(days=st.integers(100, 1500), horizon=st.integers(5, 180), most=st.integers(1, 30))
def test_rules_hold_for_any_history(days: int, horizon: int, most: int) -> None:
    last, span = START + timedelta(days=days), timedelta(days=horizon)
    first_day = datetime(2023, 1, 1)
    if (last.replace(hour=0, minute=0) + timedelta(days=1) - first_day).days < 3 * horizon:
        with pytest.raises(BadInput, match="choose a horizon of at most"):
            plan_cutoffs(START, last, horizon, most)
        return
    plan = plan_cutoffs(START, last, horizon, most)
    assert plan.test + span == plan.data_end
    assert plan.training[-1] == plan.test - span
    assert plan.training[0] >= first_day + span
    assert {b - a for a, b in zip(plan.training, plan.training[1:], strict=False)} <= {
        timedelta(days=max(3, horizon // 4))
    }
    possible = (plan.test - 2 * span - first_day) // timedelta(days=max(3, horizon // 4)) + 1
    assert len(plan.training) == min(most, possible)
    assert all(plan.test - span < c < plan.test for c in plan.embargoed)
    older = (*plan.level, plan.training[0])
    assert all(b - a == timedelta(days=max(28, horizon // 2)) for a, b in pairwise(older))
    assert len(plan.level) <= 13 and all(c >= first_day + 2 * span for c in plan.level)
    assert all(c.hour == c.minute == 0 for c in (*plan.level, *plan.training, *plan.embargoed, plan.test))


@pytest.mark.parametrize("horizon", [30, 40, 45])
def test_last_years_season_is_within_reach_of_a_short_horizon(horizon: int) -> None:
    plan = plan_cutoffs(START, START + timedelta(days=2 * 365 + 2 * horizon), horizon, 24)
    for date in (plan.test, plan.data_end):
        last_year = date - timedelta(days=364)
        known = [c for c in (*plan.level, *plan.training) if c + timedelta(days=horizon) <= date]
        assert min(abs(c - last_year) for c in known) <= timedelta(days=30)
    assert plan.training[0] - timedelta(days=30) > plan.test - timedelta(days=364)


def test_the_newest_cutoffs_stay_when_they_are_limited() -> None:
    everything = plan_cutoffs(START, START + timedelta(days=700), 30, 100).training
    assert plan_cutoffs(START, START + timedelta(days=700), 30, 4).training == everything[-4:]


@pytest.mark.parametrize(("horizon", "most"), [(0, 5), (30, 0)])
def test_values_that_mean_nothing_are_refused(horizon: int, most: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        plan_cutoffs(START, START + timedelta(days=700), horizon, most)
