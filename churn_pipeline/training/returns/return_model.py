"""The model of who comes back, one for the lapsed and one for the new: the mean log-odds of a ridge
regression and of boosted trees.

Both learn the label of training, no order within the horizon, so that everything that keeps, loads and
calibrates a churn model does the same for them; the return probability is one less it. There is no race
between parameters: over eight past cutoffs of two shops this pair had the lowest log loss on average, ahead
of splines in place of the ridge and of either alone with BG/NBD as a member (docs/QUALITY.md)."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from joblib import cpu_count
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from churn_pipeline.core.enums import Status
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.tables import feature_columns
from churn_pipeline.training.data.feature_selection import select_features
from churn_pipeline.training.evaluation.calibration import fit_calibrator, platt_line
from churn_pipeline.training.models.blended_model import BG_NBD_FEATURE, BlendedModel
from churn_pipeline.training.models.churn_model import ChurnModel, churn_probability
from churn_pipeline.training.models.model_kinds import pipeline_log_odds
from churn_pipeline.training.search.race import FitPlan, Rows, fit_pipeline

# Ranks within the customers of a snapshot say something else where the rows are a draw.
RANKS = ("percentile_rank_by_spend", "percentile_rank_by_orders", "spend_tier")
RECIPES: Mapping[str, dict[str, Any]] = {
    "logistic_regression": {"knots": 0, "C": 0.005, "penalty": "l2", "imbalance": "none"},
    "lightgbm": {
        "learning_rate": 0.05,
        "num_leaves": 15,
        "min_child_samples": 200,
        "path_smooth": 50,
        "extra_trees": True,
        "colsample_bytree": 0.2,
        "reg_lambda": 10,
        "n_estimators": 150,
        "imbalance": "none",
    },
}
MODEL, BG_NBD = "model", "bg_nbd"
"""Who answers for a population."""
ALL = -1  # a fold that nobody is in: the fit without it is the fit on all rows
FEWEST_ROWS_OF_LEAF = 20


@dataclass(frozen=True)
class ReturnTraining:
    """models: status -> the model fitted on everything mature, of the populations that have one; predictions:
    the table return_predictions; populations: status -> method, reason, rows and figures, JSON values."""

    models: dict[Status, ChurnModel]
    predictions: pd.DataFrame
    populations: dict[str, dict[str, Any]]


def fit_return_model(rows: pd.DataFrame, settings: Settings) -> ChurnModel:
    """The model of one population, calibrated on predictions for customers that the fits never saw.

    rows: customer_id, cutoff, fold, returned and the features, all with known outcome, both outcomes among
        them. Deterministic: it depends on the rows and the seed alone, not on threads."""
    names = [name for name in feature_columns(list(rows.columns)) if name not in RANKS]
    selection = select_features(rows, names)
    learned = Rows(
        X=rows[selection.kept].astype(np.float64).reset_index(drop=True),
        y=(1 - rows["returned"]).to_numpy(dtype=np.int8),
        fold=rows["fold"].to_numpy(dtype=np.int8),
        keys=rows[["customer_id", "cutoff"]].reset_index(drop=True),
    )
    fitted, out_of_fold = _fits(learned, settings)
    lines = {kind: platt_line(log_odds, learned.y) for kind, log_odds in out_of_fold.items()}
    mean = np.mean([slope * out_of_fold[kind] + level for kind, (slope, level) in lines.items()], axis=0)
    return ChurnModel(
        kind="blend",
        features=selection.kept,
        estimator=BlendedModel(fitted, dict.fromkeys(RECIPES, selection.kept), lines),
        calibrator=fit_calibrator("platt", mean, learned.y),
        threshold=0.5,
        params={"members": list(RECIPES), "weights": "equal"},
        metadata={"rows": len(rows), "returns": int(rows["returned"].sum()), "seed": settings.seed},
    )


def return_probability(model: ChurnModel, features: pd.DataFrame) -> NDArray[np.float64]:
    """Calibrated probability of an order within the horizon, n."""
    return 1 - churn_probability(model, features[model.features])


def by_bg_nbd(features: pd.DataFrame) -> NDArray[np.float64]:
    """BG/NBD's return probability, n; even where it has none."""
    return 1 - features[BG_NBD_FEATURE].fillna(0.5).to_numpy(dtype=np.float64)


def _fits(learned: Rows, settings: Settings) -> tuple[dict[str, Pipeline], dict[str, NDArray[np.float64]]]:
    """Each kind fitted on all rows, and its log-odds of every row by the fit without the customer's fold; the
    fits side by side, one thread each."""
    jobs = list(product(RECIPES, [ALL, *map(int, np.unique(learned.fold))]))

    def fit(job: tuple[str, int]) -> Pipeline:
        kind, fold = job
        used = np.flatnonzero(learned.fold != fold)
        return fit_pipeline(
            learned, used, _params(kind, len(used)), FitPlan(kind, settings.seed, 1, len(learned.y))
        )

    with threadpool_limits(1), ThreadPoolExecutor(settings.threads or cpu_count()) as pool:
        pipelines = dict(zip(jobs, pool.map(fit, jobs), strict=True))
    out_of_fold = {kind: np.empty(len(learned.y)) for kind in RECIPES}
    for (kind, fold), pipeline in pipelines.items():
        own = learned.fold == fold
        out_of_fold[kind][own] = pipeline_log_odds(pipeline, learned.X[own])
    return {kind: pipelines[kind, ALL] for kind in RECIPES}, out_of_fold


def _params(kind: str, rows: int) -> dict[str, Any]:
    """The recipe; with few rows smaller leaves, so that there are any."""
    params = dict(RECIPES[kind])
    if kind == "lightgbm":
        params["min_child_samples"] = int(
            np.clip(rows // 20, FEWEST_ROWS_OF_LEAF, params["min_child_samples"])
        )
    return params
