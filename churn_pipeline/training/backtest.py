"""The whole procedure repeated at past cutoffs: does the champion hold up, and do its probabilities come true?

At each origin everything is done as in a training whose test cutoff it had been: snapshots up to one horizon before it, search,
calibration, choice of the champion. Nothing at or after the origin is read but its outcomes. Origins lie at least a horizon apart where
the history is long enough, so that their outcomes do not overlap.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from churn_pipeline.churn_definition.cutoffs import midnight, step_of
from churn_pipeline.errors import BadInput
from churn_pipeline.features.snapshots import build_snapshots
from churn_pipeline.settings import Settings
from churn_pipeline.shops import ShopConfig
from churn_pipeline.training.baselines import train_baselines
from churn_pipeline.training.candidates import train_candidate
from churn_pipeline.training.comparison import Comparison, compare_models
from churn_pipeline.training.metrics import calibration_error
from churn_pipeline.training.snapshots import capped_by_hash, order_span, require_learnable
from churn_pipeline.training.splits import assign_folds

MIN_ORIGINS = 4
CHANCE_REPEATS = 100
INTERVALS = ("roc_auc", "log_loss")


@dataclass(frozen=True)
class OriginPlan:
    """origins: test cutoffs, oldest first; training: all cutoffs that any of them may train on (those up to one horizon before it)."""

    horizon: int
    origins: tuple[datetime, ...]
    training: tuple[datetime, ...]


def plan_origins(first_order: datetime, data_end: datetime, horizon: int, count: int, max_cutoffs: int) -> OriginPlan:
    """The `count` newest origins, a horizon apart, or closer where the history is too short for that.

    Training cutoffs lie on the grid of the production's plan, so origins are whole steps apart. BadInput where even origins one step
    apart would not leave `count` of them a training cutoff each.
    """
    span, step = timedelta(days=horizon), step_of(horizon)
    test, oldest_training = data_end - span, midnight(first_order) + span
    available = (
        test - span - oldest_training
    ) // step + 1  # origins T, T - step, ... whose newest training cutoff has a horizon of history
    if available < count:
        raise BadInput(
            f"The history is too short for a backtest at {count} cutoffs with a horizon of {horizon} days: the orders cover "
            f"{(data_end - midnight(first_order)).days} days, and {3 * horizon + (count - 1) * step.days} are needed; "
            "deliver a longer history or choose a shorter horizon."
        )
    apart = min(-(-horizon // step.days), (available - 1) // (count - 1)) if count > 1 else 1
    origins = [test - k * apart * step for k in range(count)]
    depth = max_cutoffs + (count - 1) * apart
    training = [c for k in range(depth) if (c := test - span - k * step) >= oldest_training]
    return OriginPlan(horizon, tuple(reversed(origins)), tuple(reversed(training)))


def backtest_rows(
    folder: Path,
    config: ShopConfig,
    settings: Settings,
    horizon: int,
    count: int = MIN_ORIGINS,
    effort: str = "quick",
    say: Callable[[str], None] = lambda _: None,
) -> pd.DataFrame:
    """The table `backtest`: one row per origin and model, baselines included.

    effort: of the search at every origin. say: told about each origin. BadInput where the history is too short, or an origin has too few
    customers or one outcome only.
    """
    first, end = order_span(folder, settings)
    plan = plan_origins(first, end, horizon, count, settings.max_cutoffs)
    cutoffs = sorted({*plan.training, *plan.origins})
    snapshots = build_snapshots(folder, cutoffs, horizon, config.min_orders, labelled=True, threads=settings.threads).to_pandas()
    frames = []
    for origin in plan.origins:
        say(f"backtest at {origin:%Y-%m-%d}")
        frames.append(_at_origin(snapshots, plan, pd.Timestamp(origin), config, settings, effort))
    return pd.concat(frames, ignore_index=True)


def _at_origin(
    snapshots: pd.DataFrame, plan: OriginPlan, origin: pd.Timestamp, config: ShopConfig, settings: Settings, effort: str
) -> pd.DataFrame:
    """Rows of one origin."""
    started = time.perf_counter()
    newest = origin - pd.Timedelta(days=plan.horizon)
    training = [c for c in plan.training if c <= newest][-settings.max_cutoffs :]
    train = capped_by_hash(snapshots[snapshots["cutoff"].isin(training)], settings.max_training_rows)
    test = snapshots[snapshots["cutoff"] == origin]
    require_learnable(train, test, origin)
    used = pd.concat([train.assign(split="train"), test.assign(split="test")], ignore_index=True)
    used["fold"] = assign_folds(used, settings.folds, settings.seed)
    candidates = [train_candidate(kind, used, settings, effort, settings.threads) for kind in config.models]
    compared = compare_models(candidates, train_baselines(used, settings), used, config, settings, plan.horizon)
    rows = _measures(compared, settings.seed)
    seconds = time.perf_counter() - started
    return rows.assign(cutoff=origin, training_cutoffs=len(training), training_rows=len(train), effort=effort, seconds=seconds)


def _measures(compared: Comparison, seed: int) -> pd.DataFrame:
    document, tested = compared.document, compared.test_predictions
    y = tested["churned"].to_numpy(dtype=np.int8)
    rows = []
    for entry in [*document["model_performance"], *document["baselines"]]:
        intervals = entry.get("intervals", {})
        rows.append(
            {
                "model": entry["model"],
                "is_champion": bool(entry.get("is_champion", False)),
                "customers": len(y),
                "churn_rate": float(y.mean()),
                **{name: entry[name] for name in ("roc_auc", "average_precision", "log_loss", "brier", "ece", "f1")},
                "ece_of_chance": ece_of_chance(tested[f"p_{entry['model']}"].to_numpy(), seed),
                **{f"{m}_{end}": intervals[m][k] for m in INTERVALS if m in intervals for k, end in enumerate(("low", "high"))},
            }
        )
    return pd.DataFrame(rows)


def ece_of_chance(p: np.ndarray, seed: int) -> float:
    """Mean calibration error that probabilities `p` would show if they were exactly true: what so few customers cannot tell from 0."""
    rng = np.random.default_rng(seed)
    return float(np.mean([calibration_error(rng.random(len(p)) < p, p) for _ in range(CHANCE_REPEATS)]))
