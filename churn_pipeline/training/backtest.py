"""The whole procedure repeated at past cutoffs: does the champion hold up, and are its probabilities true?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from churn_pipeline.churn_definition.cutoffs import step_of
from churn_pipeline.errors import BadInput
from churn_pipeline.features.snapshots import build_snapshots
from churn_pipeline.settings import Settings
from churn_pipeline.shops import ShopConfig
from churn_pipeline.training.baselines import train_baselines
from churn_pipeline.training.candidates import MODEL_KINDS, train_candidate
from churn_pipeline.training.comparison import Comparison, compare_models
from churn_pipeline.training.row_caps import capped_rows
from churn_pipeline.training.snapshots import cutoff_plan
from churn_pipeline.training.splits import assign_folds

MEASURES = ("roc_auc", "average_precision", "log_loss", "ece", "f1")


@dataclass(frozen=True)
class Backtest:
    """rows: one per origin and model (origin, model, is_champion, measures); summary: of the champion against the baselines over
    all origins."""

    rows: pd.DataFrame
    summary: dict[str, Any]


def backtest(folder: Path, config: ShopConfig, settings: Settings, horizon: int, origins: int = 4) -> Backtest:
    """Takes each of the `origins` newest mature cutoffs that leave a training cutoff as the test, with everything before it embargoed
    as in production. BadInput where the history has none but the test itself.
    """
    plan = cutoff_plan(folder, horizon, settings)
    cutoffs = sorted({*plan.training, *plan.embargoed, plan.test})
    snapshots = build_snapshots(folder, cutoffs, horizon, config.min_orders, labelled=True, threads=settings.threads).to_pandas()
    span = pd.Timedelta(days=horizon)
    newest = [c for c in map(pd.Timestamp, reversed(cutoffs)) if pd.Timestamp(cutoffs[0]) + span + step_of(horizon) <= c][:origins]
    if not newest:
        raise BadInput(f"The history is too short for a backtest with a horizon of {horizon} days; deliver more of it.")
    frames = [_at_origin(snapshots, origin, config, settings, horizon) for origin in reversed(newest)]
    rows = pd.concat(frames, ignore_index=True)
    return Backtest(rows, _summary(rows))


def _at_origin(snapshots: pd.DataFrame, origin: pd.Timestamp, config: ShopConfig, settings: Settings, horizon: int) -> pd.DataFrame:
    """Measures of all models with `origin` as the test."""
    train = snapshots[snapshots["cutoff"] <= origin - pd.Timedelta(days=horizon)].reset_index(drop=True)
    train = train.iloc[capped_rows(train, settings.max_training_rows)]
    test = snapshots[snapshots["cutoff"] == origin]
    used = pd.concat([train.assign(split="train"), test.assign(split="test")], ignore_index=True)
    used["fold"] = assign_folds(used, settings.folds, settings.seed)
    candidates = [train_candidate(kind, used, settings, config.effort, settings.threads) for kind in MODEL_KINDS]
    compared = compare_models(candidates, train_baselines(used, settings), used, config, settings, horizon)
    return _measures(compared, origin)


def _measures(compared: Comparison, origin: pd.Timestamp) -> pd.DataFrame:
    entries = [*compared.document["model_performance"], *compared.document["baselines"]]
    rows = [
        {"origin": origin, "model": e["model"], "is_champion": bool(e.get("is_champion")), **{m: e[m] for m in MEASURES}} for e in entries
    ]
    return pd.DataFrame(rows)


def _summary(rows: pd.DataFrame) -> dict[str, Any]:
    """Means and deviations over origins of the champion, and its mean lead over each model at the same origins."""
    champion = rows[rows["is_champion"]].set_index("origin")[list(MEASURES)].astype(float)
    summary: dict[str, Any] = {
        "origins": [str(o.date()) for o in champion.index],
        "champions": rows.loc[rows["is_champion"], "model"].tolist(),
        "champion": {m: {"mean": float(champion[m].mean()), "sd": float(champion[m].std(ddof=0))} for m in MEASURES},
        "lead_over": {},
    }
    for model, part in rows.groupby("model"):
        lead = champion - part.set_index("origin")[list(MEASURES)].astype(float)
        summary["lead_over"][str(model)] = {m: float(lead[m].mean()) for m in MEASURES}
    return summary
