"""When customers are looked at: the cutoffs of a shop, from its first and last order alone.

                 >= H of history      newest training cutoff = T - H        test = T         data end = T + H
    first order |------------------| c . . . c . . . c . . . c | e . . . e |------ H ------|
         l     l     l     l       |  training                    embargoed
         level: older, sparse

Only outcomes that end by T may train what is tested at T (embargo), so training stops at T - H. Mature
cutoffs between T - H and T have outcomes that overlap the test's: the champion's final refit reads them,
nothing before it does. Cutoffs older than those of the training, a month or more apart, say what last year's
season did to the churn rate; nothing is fitted on them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from churn_pipeline.core.errors import BadInput

SMALLEST_STEP_DAYS = 3
LEVEL_STEP_DAYS = 28  # or half a horizon, where that is longer
# with the training's own they reach back a year and a half at the shortest horizon
MOST_LEVEL_CUTOFFS = 13
YOUNG = 2  # horizons: before that age everyone is new to the shop, which says nothing of its seasons


@dataclass(frozen=True)
class CutoffPlan:
    """The cutoffs of one shop, each tuple oldest first; horizon in days."""

    horizon: int
    data_end: datetime
    test: datetime
    training: tuple[datetime, ...]
    embargoed: tuple[datetime, ...]
    level: tuple[datetime, ...] = ()


def plan_cutoffs(first_order: datetime, last_order: datetime, horizon: int, max_cutoffs: int) -> CutoffPlan:
    """The plan of a shop whose orders lie between `first_order` and `last_order`.

    `max_cutoffs` limits the training cutoffs; the newest stay. BadInput where the orders cover less than
    three horizons: one of history, one for the outcome of a training cutoff, one for the test."""
    start, end, step = midnight(first_order), data_end(last_order), step_of(horizon)
    if horizon < 1 or max_cutoffs < 1:
        raise ValueError("horizon and max_cutoffs must be at least 1")
    span = timedelta(days=horizon)
    if end - start < 3 * span:
        days = (end - start).days
        raise BadInput(
            f"The orders cover {days} days, but a horizon of {horizon} days needs at least {3 * horizon} "
            f"(history, outcome, test); deliver a longer history or choose a horizon of at most "
            f"{days // 3} days."
        )
    test = end - span
    training = _back_from(test - span, start + span, step)[:max_cutoffs]
    embargoed = [cutoff for cutoff in _back_from(test, test - span, step) if test - span < cutoff < test]
    level = level_cutoffs(start, training[-1], horizon)
    return CutoffPlan(horizon, end, test, tuple(reversed(training)), tuple(reversed(embargoed)), level)


def level_cutoffs(first_order: datetime, oldest_training: datetime, horizon: int) -> tuple[datetime, ...]:
    """Sparse cutoffs before the training's, oldest first: as far back as the shop was two horizons old."""
    step = level_step(horizon)
    oldest = midnight(first_order) + YOUNG * timedelta(days=horizon)
    older = _back_from(oldest_training - step, oldest, step) if oldest_training - step >= oldest else []
    return tuple(reversed(older[:MOST_LEVEL_CUTOFFS]))


def level_step(horizon: int) -> timedelta:
    """Time between two sparse cutoffs."""
    return timedelta(days=max(LEVEL_STEP_DAYS, horizon // 2))


def midnight(instant: datetime) -> datetime:
    """The midnight that the instant's day began with."""
    return instant.replace(hour=0, minute=0, second=0, microsecond=0)


def data_end(last_order: datetime) -> datetime:
    """The midnight after the day of the last order."""
    return midnight(last_order) + timedelta(days=1)


def step_of(horizon: int) -> timedelta:
    """Time between two cutoffs: a quarter of the horizon in whole days, at least three."""
    return timedelta(days=max(SMALLEST_STEP_DAYS, horizon // 4))


def _back_from(newest: datetime, oldest: datetime, step: timedelta) -> list[datetime]:
    """newest, newest - step, ... down to `oldest`, newest first."""
    return [newest - k * step for k in range((newest - oldest) // step + 1)]
