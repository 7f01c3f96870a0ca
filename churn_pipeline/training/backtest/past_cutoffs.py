"""The whole procedure repeated at past cutoffs: does the champion hold up, and do its probabilities come
true?

At each origin everything is done as in a training whose test cutoff it had been: snapshots up to one horizon
before it, search, calibration, choice of the champion. Nothing at or after the origin is read but its
outcomes. Origins lie at least a horizon apart where the history is long enough, so that their outcomes do not
overlap."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from churn_pipeline.churn_definition.cutoffs import (
    MOST_LEVEL_CUTOFFS,
    level_cutoffs,
    level_step,
    midnight,
    step_of,
)
from churn_pipeline.churn_definition.treated_labels import untreated_rows
from churn_pipeline.core.enums import Split
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.features.snapshots import build_snapshots
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.data.embargo import (
    capped_at_each_cutoff,
    capped_by_hash,
    order_span,
    require_learnable,
)
from churn_pipeline.training.data.splits import assign_folds
from churn_pipeline.training.evaluation.comparison import Comparison, compare_models
from churn_pipeline.training.evaluation.metrics import ece_of_chance, row_losses
from churn_pipeline.training.search.baselines import train_baselines
from churn_pipeline.training.search.candidates import train_candidate, usable_features

MIN_ORIGINS = 4
INTERVALS = ("roc_auc", "log_loss")


@dataclass(frozen=True)
class OriginPlan:
    """origins: test cutoffs, oldest first; training: all cutoffs that any of them may train on (those up to
    one horizon before it); level: sparse ones before the oldest of these. first_order: of the shop."""

    horizon: int
    origins: tuple[datetime, ...]
    training: tuple[datetime, ...]
    level: tuple[datetime, ...]
    first_order: datetime

    def level_of(self, trained_on: Sequence[datetime]) -> list[datetime]:
        """The cutoffs older than those that an origin trains on, as sparse as the product keeps them."""
        older = [cutoff for cutoff in (*self.level, *self.training) if cutoff < trained_on[0]]
        step, sparse = level_step(self.horizon), [trained_on[0]]
        for cutoff in reversed(older):
            if sparse[-1] - cutoff >= step and len(sparse) <= MOST_LEVEL_CUTOFFS:
                sparse.append(cutoff)
        return sparse[1:]


def plan_origins(
    first_order: datetime, data_end: datetime, horizon: int, count: int, max_cutoffs: int
) -> OriginPlan:
    """The `count` newest origins, a horizon apart, or closer where the history is too short for that.

    Training cutoffs lie on the grid of the production's plan, so origins are whole steps apart. BadInput
    where even origins one step apart would not leave `count` of them a training cutoff each."""
    span, step = timedelta(days=horizon), step_of(horizon)
    test, oldest_training = data_end - span, midnight(first_order) + span
    available = (
        test - span - oldest_training
    ) // step + 1  # origins T, T - step, ... whose newest training cutoff has a horizon of history
    if available < count:
        raise BadInput(
            f"The history is too short for a backtest at {count} cutoffs with a horizon of {horizon} "
            f"days: the orders cover "
            f"{(data_end - midnight(first_order)).days} days, "
            f"and {3 * horizon + (count - 1) * step.days} are needed; "
            "deliver a longer history or choose a shorter horizon."
        )
    apart = min(-(-horizon // step.days), (available - 1) // (count - 1)) if count > 1 else 1
    origins = [test - k * apart * step for k in range(count)]
    depth = max_cutoffs + (count - 1) * apart
    training = [c for k in range(depth) if (c := test - span - k * step) >= oldest_training]
    level = level_cutoffs(first_order, training[-1], horizon)
    return OriginPlan(horizon, tuple(reversed(origins)), tuple(reversed(training)), level, first_order)


@dataclass(frozen=True)
class PastOrigin:
    """One origin with the whole procedure repeated as of it. compared: what was found; test: the snapshots of
    its eligible customers, in the order of `compared.test_predictions`."""

    cutoff: pd.Timestamp
    compared: Comparison
    test: pd.DataFrame
    training_cutoffs: int
    training_rows: int
    effort: str
    seconds: float


def backtest_rows(
    run: ShopRun, count: int = MIN_ORIGINS, effort: str = "quick", say: Callable[[str], None] = lambda _: None
) -> pd.DataFrame:
    """The table `backtest`: one row per origin and model, baselines included; see `past_origins`."""
    return measured_origins(past_origins(run, count, effort, say), run.settings.seed)


def measured_origins(origins: Iterable[PastOrigin], seed: int) -> pd.DataFrame:
    """The table `backtest` of origins that were tested."""
    return pd.concat([_measured(origin, seed) for origin in origins], ignore_index=True)


def past_origins(
    run: ShopRun, count: int = MIN_ORIGINS, effort: str = "quick", say: Callable[[str], None] = lambda _: None
) -> Iterator[PastOrigin]:
    """The whole procedure repeated at the `count` newest origins, oldest first.

    effort: of the search at every origin. say: told about each origin. BadInput where the history is too
        short, or an origin has too few customers or one outcome only."""
    config, settings, horizon = run.config, run.settings, run.horizon
    first, end = order_span(run)
    plan = plan_origins(first, end, horizon, count, settings.max_cutoffs)
    cutoffs = sorted({*plan.level, *plan.training, *plan.origins})
    snapshots = build_snapshots(
        run.store, cutoffs, horizon, config.min_orders, labelled=True, threads=settings.threads
    ).to_pandas()
    snapshots, _ = untreated_rows(snapshots, run.store, horizon)
    for origin in plan.origins:
        say(f"backtest at {origin:%Y-%m-%d}")
        yield _at_origin(snapshots, plan, pd.Timestamp(origin), config, settings, effort)


def _at_origin(
    snapshots: pd.DataFrame,
    plan: OriginPlan,
    origin: pd.Timestamp,
    config: ShopConfig,
    settings: Settings,
    effort: str,
) -> PastOrigin:
    """One origin."""
    started = time.perf_counter()
    newest = origin - pd.Timedelta(days=plan.horizon)
    training = [c for c in plan.training if c <= newest][-settings.max_cutoffs :]
    train = capped_by_hash(snapshots[snapshots["cutoff"].isin(training)], settings.max_training_rows)
    test = snapshots[snapshots["cutoff"] == origin]
    require_learnable(train, test, origin)
    older = capped_at_each_cutoff(snapshots[snapshots["cutoff"].isin(plan.level_of(training))])
    parts = {Split.TRAIN: train, Split.TEST: test, Split.LEVEL: older}
    rows = pd.concat([part.assign(split=split) for split, part in parts.items()], ignore_index=True)
    rows["fold"] = assign_folds(rows, settings.folds, settings.seed)
    is_older = rows["split"] == Split.LEVEL
    used, older = rows[~is_older].reset_index(drop=True), rows[is_older].reset_index(drop=True)
    usable = usable_features(used)
    candidates = [
        train_candidate(kind, used, settings, effort, settings.threads, older, usable)
        for kind in config.models
    ]
    compared = compare_models(
        candidates,
        train_baselines(used, settings),
        used,
        config,
        settings,
        plan.horizon,
        level_snapshots=older,
        first_order=plan.first_order,
    )
    seconds = time.perf_counter() - started
    return PastOrigin(
        origin, compared, test.reset_index(drop=True), len(training), len(train), effort, seconds
    )


def _measured(origin: PastOrigin, seed: int) -> pd.DataFrame:
    return _measures(origin.compared, seed).assign(
        cutoff=origin.cutoff,
        training_cutoffs=origin.training_cutoffs,
        training_rows=origin.training_rows,
        effort=origin.effort,
        seconds=origin.seconds,
    )


def _measures(compared: Comparison, seed: int) -> pd.DataFrame:
    document, tested = compared.document, compared.test_predictions
    y = tested["churned"].to_numpy(dtype=np.int8)
    rows, champion = [], row_losses(y, tested["p_champion"])
    for entry in [*document["model_performance"], *document["baselines"]]:
        intervals, difference = (
            entry.get("intervals", {}),
            champion - row_losses(y, tested[f"p_{entry['model']}"]),
        )
        rows.append(
            {
                "model": entry["model"],
                "is_champion": bool(entry.get("is_champion", False)),
                "customers": len(y),
                "churn_rate": float(y.mean()),
                **{
                    name: entry[name]
                    for name in ("roc_auc", "average_precision", "log_loss", "brier", "ece", "f1")
                },
                "ece_of_chance": ece_of_chance(tested[f"p_{entry['model']}"].to_numpy(), seed),
                **{
                    f"{m}_{end}": intervals[m][k]
                    for m in INTERVALS
                    if m in intervals
                    for k, end in enumerate(("low", "high"))
                },
                "champion_less_model": float(difference.mean()),
                "champion_less_model_error": float(difference.std(ddof=1) / np.sqrt(len(y))),
            }
        )
    return pd.DataFrame(rows)
