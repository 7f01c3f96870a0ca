"""What a model has to beat: the hiatus rule (recency alone) and BG/NBD."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_pipeline.core.enums import Split
from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.training.evaluation.calibration import calibrated, fit_calibrator
from churn_pipeline.training.evaluation.metrics import logit, sigmoid
from churn_pipeline.training.models.blended_model import BG_NBD_FEATURE, bg_nbd_log_odds

RECENCY = "days_since_last_purchase"
BASELINES = ("hiatus", "bg_nbd")


@dataclass(frozen=True)
class Baselines:
    """out_of_fold and test: baseline -> churn probabilities of the training and the test rows, aligned with
    the snapshots."""

    out_of_fold: dict[str, NDArray[np.float64]]
    test: dict[str, NDArray[np.float64]]


def train_baselines(snapshots: pd.DataFrame, settings: Settings) -> Baselines:
    """Both baselines of the training and the test rows; test labels are not read.

    The hiatus rule is made a probability by logistic regression on log(1 + days since the last purchase),
    each training row by the other folds; BG/NBD's probability of no order within the horizon is as the
    features have it, fitted before each cutoff."""
    missing = [c for c in (RECENCY, BG_NBD_FEATURE) if c not in snapshots]
    if missing:
        raise ChurnError(
            f"the training snapshots lack {', '.join(missing)}, which the baselines need; build them again"
        )
    is_train = (snapshots["split"] == Split.TRAIN).to_numpy()
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
        test={
            "hiatus": calibrated(rule, np.log1p(test[RECENCY].to_numpy(dtype=np.float64))),
            "bg_nbd": _bg_nbd(test),
        },
    )


def save_baselines(store: ShopStore, baselines: Baselines, run_id: str = "") -> None:
    """Writes the vectors candidates/baselines."""
    vectors = {
        f"{part}/{name}": logit(values)
        for part in ("out_of_fold", "test")
        for name, values in getattr(baselines, part).items()
    }
    store.write_vectors("candidates/baselines", {"run_id": run_id}, vectors)


def load_baselines(store: ShopStore) -> Baselines:
    """The baselines as saved; NotFound when they were not made yet."""
    _, vectors = store.vectors("candidates/baselines")
    parts = {
        part: {name: sigmoid(vectors[f"{part}/{name}"]) for name in BASELINES}
        for part in ("out_of_fold", "test")
    }
    return Baselines(parts["out_of_fold"], parts["test"])


def _bg_nbd(rows: pd.DataFrame) -> NDArray[np.float64]:
    return sigmoid(bg_nbd_log_odds(rows))
