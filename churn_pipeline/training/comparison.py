"""All candidates beside each other: calibrated, measured at one test, one of them chosen without looking at it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_pipeline.errors import ChurnError
from churn_pipeline.settings import Settings
from churn_pipeline.shops import ShopConfig
from churn_pipeline.training.baselines import BASELINES, Baselines
from churn_pipeline.training.calibration import CalibrationChoice, Calibrator, calibrated, choose_calibration, fit_chosen
from churn_pipeline.training.campaign_profit import contact_profits, profit_metrics
from churn_pipeline.training.candidates import Candidate
from churn_pipeline.training.metrics import (
    all_metrics,
    best_f1_threshold,
    bootstrap_interval,
    resampled_auc,
    resampled_average_precision,
    row_losses,
)
from churn_pipeline.training.selection import Selection, choose_champion
from churn_pipeline.training.verdict import verdict

INTERVAL_METRICS = ("roc_auc", "average_precision", "log_loss", "brier", "f1")


@dataclass(frozen=True)
class CalibratedCandidate:
    """A candidate with its calibration (choice and fit at the test cutoff), threshold, and probabilities.

    out_of_fold: of the training rows, calibrated by the other folds; test and test_unseen: of the test rows.
    """

    candidate: Candidate
    choice: CalibrationChoice
    calibrator: Calibrator
    threshold: float
    out_of_fold: NDArray[np.float64]
    test: NDArray[np.float64]
    test_unseen: NDArray[np.float64]


@dataclass(frozen=True)
class Comparison:
    """champion: the kind chosen; calibrated: kind -> probabilities; test_predictions: the table of that name; document: what is shown."""

    champion: str
    calibrated: dict[str, CalibratedCandidate]
    selection: Selection
    test_predictions: pd.DataFrame
    document: dict[str, Any]


def compare_models(
    candidates: Sequence[Candidate],
    baselines: Baselines,
    snapshots: pd.DataFrame,
    config: ShopConfig,
    settings: Settings,
    horizon: int,
    champion: str | None = None,
) -> Comparison:
    """Calibrates, measures and chooses. The test's labels enter measures only: neither calibration, thresholds nor the choice.

    candidates and baselines: trained on `snapshots`, the table training_snapshots (rows in the same order). champion: the kind that is
    champion whatever the scores say, such as that of a standing champion which is kept.
    """
    is_train = (snapshots["split"] == "train").to_numpy()
    train, test = snapshots[is_train].reset_index(drop=True), snapshots[~is_train].reset_index(drop=True)
    _require_same_rows(candidates, len(train), len(test))
    ready = {c.kind: calibrate_candidate(c, train, test["cutoff"].iloc[0], horizon) for c in candidates}
    y_train = train["churned"].to_numpy(dtype=np.int8)
    losses = {kind: row_losses(y_train, r.out_of_fold) for kind, r in ready.items()}
    terms = {kind: _selection_terms(r, train, y_train, config) for kind, r in ready.items()}
    selection = choose_champion(losses, train["customer_id"], terms, settings.selection)
    selection = replace(selection, champion=champion or selection.champion)
    predictions = _test_predictions(test, ready, baselines, selection.champion)
    document = _document(ready, baselines, selection, terms, train, test, config, settings)
    return Comparison(selection.champion, ready, selection, predictions, document)


def calibrate_candidate(candidate: Candidate, train: pd.DataFrame, at: pd.Timestamp, horizon: int) -> CalibratedCandidate:
    """Chooses the calibration at earlier origins, fits it for predictions as of `at`, and finds the threshold on out-of-fold
    predictions."""
    rows = pd.DataFrame({"cutoff": train["cutoff"], "log_odds": candidate.out_of_fold, "churned": train["churned"].astype(np.int8)})
    choice = choose_calibration(rows, horizon)
    calibrator = fit_chosen(choice, rows, at)
    out_of_fold = cross_fitted(choice, rows, train["fold"].to_numpy())
    threshold = best_f1_threshold(rows["churned"], out_of_fold)
    test, unseen = (calibrated(calibrator, v) for v in (candidate.test, candidate.test_unseen))
    return CalibratedCandidate(candidate, choice, calibrator, threshold, out_of_fold, test, unseen)


def cross_fitted(choice: CalibrationChoice, rows: pd.DataFrame, fold: NDArray[np.int8]) -> NDArray[np.float64]:
    """Probabilities of training rows, each calibrated on the other folds, without the season's shift, which belongs to one cutoff."""
    plain = CalibrationChoice(choice.method, False, {}, 0)
    result = np.empty(len(rows))
    for k in np.unique(fold):
        own = fold == k
        calibrator = fit_chosen(plain, rows[~own], rows["cutoff"].iloc[0])
        result[own] = calibrated(calibrator, rows["log_odds"].to_numpy()[own])
    return result


def _selection_terms(ready: CalibratedCandidate, train: pd.DataFrame, y: NDArray[np.int8], config: ShopConfig) -> dict[str, float]:
    measured = all_metrics(y, ready.out_of_fold, ready.threshold)
    profits = contact_profits(train, y, config.roi)
    profit = profit_metrics(profits, y, ready.out_of_fold, ready.threshold, config.roi)
    spread = ready.candidate.cv.get("log_loss", {}).get("sd", 0.0)
    return {
        "f1": measured["f1"],
        "recall": measured["recall"],
        "roi": profit["roi_score"],
        "stability": -spread,
        "speed": -ready.candidate.seconds,
    }


def _test_predictions(test: pd.DataFrame, ready: dict[str, CalibratedCandidate], baselines: Baselines, champion: str) -> pd.DataFrame:
    """The table test_predictions."""
    columns = {f"p_{kind}": r.test for kind, r in ready.items()}
    columns |= {f"p_{name}": baselines.test[name] for name in BASELINES}
    columns |= {"p_champion": ready[champion].test, "p_champion_unseen": ready[champion].test_unseen}
    return test[["customer_id", "cutoff", "fold", "churned"]].assign(**columns)


def _document(
    ready: dict[str, CalibratedCandidate],
    baselines: Baselines,
    selection: Selection,
    terms: dict[str, dict[str, float]],
    train: pd.DataFrame,
    test: pd.DataFrame,
    config: ShopConfig,
    settings: Settings,
) -> dict[str, Any]:
    """What people and other programs read of the comparison, JSON values only."""
    y, y_train = test["churned"].to_numpy(dtype=np.int8), train["churned"].to_numpy(dtype=np.int8)
    champion = selection.champion
    performance = [
        _performance(r, test, y, config, settings.seed) | {"selection": selection.rows[k], "terms": terms[k], "is_champion": k == champion}
        for k, r in ready.items()
    ]
    base = [
        {"model": n, **_measured(y, baselines.test[n], best_f1_threshold(y_train, baselines.out_of_fold[n]), test, config)}
        for n in BASELINES
    ]
    unseen = ready[champion]
    return _json_safe(
        {
            "champion": champion,
            "champion_model": champion,
            "churn_rate": float(y.mean()),
            "test_cutoff": str(pd.Timestamp(test["cutoff"].iloc[0]).date()),
            "training_cutoffs": int(train["cutoff"].nunique()),
            "training_rows": len(train),
            "test_customers": len(test),
            "churn_rate_by_cutoff": {str(c)[:10]: float(v) for c, v in train.groupby("cutoff")["churned"].mean().items()},
            "model_performance": sorted(performance, key=lambda row: row["log_loss"]),
            "baselines": base,
            "unseen_customers": _measured(y, unseen.test_unseen, unseen.threshold, test, config),
            "selection_weights": settings.selection.model_dump(),
            "features": unseen.candidate.features,
            "dropped_features": unseen.candidate.dropped,
            "verdict": verdict(y, unseen.test, baselines.test, settings.seed),
        }
    )


def _performance(ready: CalibratedCandidate, test: pd.DataFrame, y: NDArray[np.int8], config: ShopConfig, seed: int) -> dict[str, Any]:
    """One entry of model_performance: test measures with intervals, cross-validation, calibration, recipe."""
    candidate = ready.candidate
    return {
        "model": candidate.kind,
        **_measured(y, ready.test, ready.threshold, test, config),
        "intervals": _intervals(y, ready.test, ready.threshold, seed),
        "unseen_customers": _measured(y, ready.test_unseen, ready.threshold, test, config),
        "cross_validation": candidate.cv,
        "calibration": {**asdict(ready.choice), "season_shift": ready.calibrator.season_shift},
        "params": candidate.params,
        "training": candidate.facts,
        "seconds": candidate.seconds,
        "trials": candidate.trials,
    }


def _measured(y: NDArray[np.int8], p: NDArray[np.float64], threshold: float, test: pd.DataFrame, config: ShopConfig) -> dict[str, float]:
    profits = contact_profits(test, y, config.roi)
    return {**all_metrics(y, p, threshold), **profit_metrics(profits, y, p, threshold, config.roi)}


def _intervals(y: NDArray[np.int8], p: NDArray[np.float64], threshold: float, seed: int) -> dict[str, tuple[float, float]]:
    """95 % bootstrap intervals of the measures INTERVAL_METRICS at the test."""
    losses, squares, called = row_losses(y, p), (y - p) ** 2, p >= threshold
    measures = {
        "roc_auc": resampled_auc(y, p),
        "average_precision": resampled_average_precision(y, p),
        "brier": lambda rows: float(squares[rows].mean()),
        "log_loss": lambda rows: float(losses[rows].mean()),
        "f1": lambda rows: float(2 * (y[rows] & called[rows]).sum() / max(y[rows].sum() + called[rows].sum(), 1)),
    }
    return {name: bootstrap_interval(measures[name], len(y), seed) for name in INTERVAL_METRICS}


def _require_same_rows(candidates: Sequence[Candidate], train: int, test: int) -> None:
    stale = [c.kind for c in candidates if len(c.out_of_fold) != train or len(c.test) != test]
    if stale:
        raise ChurnError(f"{', '.join(stale)} were trained on other snapshots than the present ones; train them again")


def _json_safe(value: Any) -> Any:
    """Numpy scalars as Python's, NaN and infinity as None."""
    if isinstance(value, dict):
        return {k: _json_safe(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_json_safe(v) for v in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not np.isfinite(value) else value
