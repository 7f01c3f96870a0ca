"""What a model has to beat: the hiatus rule (recency alone) and BG/NBD."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_pipeline.errors import ChurnError
from churn_pipeline.settings import Settings
from churn_pipeline.training.calibration import calibrated, fit_calibrator
from churn_pipeline.training.candidates import read_vectors, write_vectors
from churn_pipeline.training.metrics import logit, sigmoid

RECENCY = "days_since_last_purchase"
BG_NBD = "bg_nbd_churn_probability"
BASELINES = ("hiatus", "bg_nbd")


@dataclass(frozen=True)
class Baselines:
    """out_of_fold and test: baseline -> churn probabilities of the training and the test rows, aligned with the snapshots."""

    out_of_fold: dict[str, NDArray[np.float64]]
    test: dict[str, NDArray[np.float64]]


def train_baselines(snapshots: pd.DataFrame, settings: Settings) -> Baselines:
    """The hiatus rule made a probability by logistic regression on log(1 + days since the last purchase), each training row by the
    other folds;
    BG/NBD's probability of no order within the horizon as it is, fitted before each cutoff by the features. Test labels are not read.
    """
    missing = [c for c in (RECENCY, BG_NBD) if c not in snapshots]
    if missing:
        raise ChurnError(f"the training snapshots lack {', '.join(missing)}, which the baselines need; build them again")
    is_train = (snapshots["split"] == "train").to_numpy()
    train, test = snapshots[is_train], snapshots[~is_train]
    y, fold = train["churned"].to_numpy(dtype=np.int8), train["fold"].to_numpy()
    recency = np.log1p(train[RECENCY].to_numpy(dtype=np.float64))
    hiatus = np.empty(len(train))
    for k in np.unique(fold):
        own = fold == k
        hiatus[own] = calibrated(fit_calibrator("platt", recency[~own], y[~own]), recency[own])
    rule = fit_calibrator("platt", recency, y)
    return Baselines(
        out_of_fold={"hiatus": hiatus, "bg_nbd": _bg_nbd(train)},
        test={"hiatus": calibrated(rule, np.log1p(test[RECENCY].to_numpy(dtype=np.float64))), "bg_nbd": _bg_nbd(test)},
    )


def save_baselines(folder: Path, baselines: Baselines, run_id: str = "") -> None:
    """Writes <folder>/candidates/baselines.parquet and .json."""
    vectors = {f"{part}/{name}": logit(values) for part in ("out_of_fold", "test") for name, values in getattr(baselines, part).items()}
    write_vectors(folder / "candidates" / "baselines", {"run_id": run_id}, vectors)


def load_baselines(folder: Path) -> Baselines:
    """The baselines as saved; NotFound when they were not made yet."""
    _, vectors = read_vectors(folder / "candidates" / "baselines")
    parts = {part: {name: sigmoid(vectors[f"{part}/{name}"]) for name in BASELINES} for part in ("out_of_fold", "test")}
    return Baselines(parts["out_of_fold"], parts["test"])


def _bg_nbd(rows: pd.DataFrame) -> NDArray[np.float64]:
    return rows[BG_NBD].fillna(0.5).clip(1e-6, 1 - 1e-6).to_numpy(dtype=np.float64)
