"""All candidates beside each other: calibrated, measured at one test, one of them chosen without looking at
it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_pipeline.core.documents.json_values import json_safe
from churn_pipeline.core.enums import Split
from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.settings import Settings
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.training.evaluation.calibration import (
    CalibrationChoice,
    Calibrator,
    calibrated,
    choose_calibration,
    fit_chosen,
)
from churn_pipeline.training.evaluation.campaign_profit import contact_profits, profit_metrics
from churn_pipeline.training.evaluation.metrics import (
    all_metrics,
    best_f1_threshold,
    bootstrap_intervals,
    logit,
    resampled_auc,
    resampled_average_precision,
    row_losses,
)
from churn_pipeline.training.evaluation.paired_losses import level_free_losses
from churn_pipeline.training.evaluation.score_terms import ScoreTerms, score_terms
from churn_pipeline.training.evaluation.selection import Selection, choose_champion
from churn_pipeline.training.evaluation.verdict import verdict
from churn_pipeline.training.level.level_at_test import ComparedLevel, level_of_comparison
from churn_pipeline.training.search.baselines import BASELINES, Baselines
from churn_pipeline.training.search.blend import with_blend
from churn_pipeline.training.search.candidates import Candidate

INTERVAL_METRICS = (
    "roc_auc",
    "average_precision",
    "log_loss",
    "brier",
    "f1",
    "precision",
    "recall",
    "expected_value",
)


@dataclass(frozen=True)
class CalibratedCandidate:
    """A candidate with its calibration (chosen and fitted on the training rows), threshold, and
    probabilities.

    out_of_fold: of the training rows, calibrated by the other folds; test and test_unseen: of the test rows,
    at
        the calibrator's level."""

    candidate: Candidate
    choice: CalibrationChoice
    calibrator: Calibrator
    threshold: float
    out_of_fold: NDArray[np.float64]
    test: NDArray[np.float64]
    test_unseen: NDArray[np.float64]


@dataclass(frozen=True)
class Comparison:
    """champion: the kind chosen; calibrated: kind -> probabilities; level: of the shop, the same for all
    kinds; level_snapshots: the older rows that it was learned from; test_predictions: the table of that name;
    document: what is shown."""

    champion: str
    calibrated: dict[str, CalibratedCandidate]
    level: ComparedLevel
    level_snapshots: pd.DataFrame
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
    level_snapshots: pd.DataFrame | None = None,
    first_order: datetime | None = None,
) -> Comparison:
    """Calibrates, measures and chooses. The test's labels enter measures only: neither calibration, level,
    thresholds nor the choice.

    candidates and baselines: trained on `snapshots`, the table training_snapshots (rows in the same order);
    their blend joins them where the shop's configuration does not switch it off. champion: the kind that is
    champion whatever the losses say, such as that of a standing champion which is kept. level_snapshots: the
    table of that name, whose rows the candidates predicted beside the test. first_order: the shop's; by
    default as long before the first cutoff as a training cutoff has to lie behind it."""
    is_train = (snapshots["split"] == Split.TRAIN).to_numpy()
    train, test = snapshots[is_train].reset_index(drop=True), snapshots[~is_train].reset_index(drop=True)
    older = snapshots.iloc[:0] if level_snapshots is None else level_snapshots
    _require_same_rows(candidates, len(train), len(test), len(older))
    entrants = with_blend(candidates, snapshots, older) if config.blend else candidates
    unlevelled = {c.kind: calibrate_candidate(c, train, horizon) for c in entrants}
    level = level_of_comparison(
        {kind: _never_seen(r) for kind, r in unlevelled.items()}, (older, train, test), horizon, first_order
    )
    ready = {kind: at_level(r, level.at_test.shift) for kind, r in unlevelled.items()}
    y_train = train["churned"].to_numpy(dtype=np.int8)
    losses = {
        kind: level_free_losses(logit(r.out_of_fold), y_train, train["cutoff"]) for kind, r in ready.items()
    }
    profits = contact_profits(train, y_train, config.roi)
    terms = {kind: _score_terms(r, y_train, train["fold"], profits, config) for kind, r in ready.items()}
    selection = choose_champion(losses, train["customer_id"], train["cutoff"], terms, settings.selection)
    selection = replace(selection, champion=champion or selection.champion)
    predictions = _test_predictions(test, ready, baselines, selection.champion)
    document = _document(ready, baselines, selection, terms, train, test, config, settings)
    document |= {"level": level.to_document()}
    return Comparison(selection.champion, ready, level, older, selection, predictions, document)


def calibrate_candidate(candidate: Candidate, train: pd.DataFrame, horizon: int) -> CalibratedCandidate:
    """Chooses the calibration at earlier origins, fits it on the training rows, and finds the threshold on
    out-of-fold predictions; no level yet."""
    rows = pd.DataFrame(
        {
            "cutoff": train["cutoff"],
            "log_odds": candidate.out_of_fold,
            "churned": train["churned"].astype(np.int8),
        }
    )
    choice = choose_calibration(rows, horizon)
    calibrator = fit_chosen(choice, rows)
    out_of_fold = cross_fitted(choice, rows, train["fold"].to_numpy())
    threshold = best_f1_threshold(rows["churned"], out_of_fold)
    test, unseen = (calibrated(calibrator, v) for v in (candidate.test, candidate.test_unseen))
    return CalibratedCandidate(candidate, choice, calibrator, threshold, out_of_fold, test, unseen)


def _never_seen(ready: CalibratedCandidate) -> tuple[NDArray[np.float64], ...]:
    """Probabilities of the level snapshots', training and test rows, each by a model that never saw the
    customer."""
    return calibrated(ready.calibrator, ready.candidate.level), ready.out_of_fold, ready.test_unseen


def at_level(ready: CalibratedCandidate, shift: float) -> CalibratedCandidate:
    """The same with the shop's level at the test cutoff, a shift in log-odds."""
    calibrator = replace(ready.calibrator, level=shift)
    test, unseen = (calibrated(calibrator, v) for v in (ready.candidate.test, ready.candidate.test_unseen))
    return replace(ready, calibrator=calibrator, test=test, test_unseen=unseen)


def cross_fitted(
    choice: CalibrationChoice, rows: pd.DataFrame, fold: NDArray[np.int8]
) -> NDArray[np.float64]:
    """Probabilities of training rows, each calibrated on the other folds; no level, which belongs to one
    cutoff."""
    result = np.empty(len(rows))
    for k in np.unique(fold):
        own = fold == k
        calibrator = fit_chosen(choice, rows[~own])
        result[own] = calibrated(calibrator, rows["log_odds"].to_numpy()[own])
    return result


def _score_terms(
    ready: CalibratedCandidate,
    y: NDArray[np.int8],
    fold: pd.Series,
    profits: NDArray[np.float64],
    config: ShopConfig,
) -> ScoreTerms:
    seconds = ready.candidate.seconds
    return score_terms(
        y, ready.out_of_fold, ready.threshold, fold.to_numpy(), profits, config.roi.fixed_cost, seconds
    )


def _test_predictions(
    test: pd.DataFrame, ready: dict[str, CalibratedCandidate], baselines: Baselines, champion: str
) -> pd.DataFrame:
    """The table test_predictions."""
    columns = {f"p_{kind}": r.test for kind, r in ready.items()}
    columns |= {f"p_{name}": baselines.test[name] for name in BASELINES}
    columns |= {"p_champion": ready[champion].test, "p_champion_unseen": ready[champion].test_unseen}
    return test[["customer_id", "cutoff", "fold", "churned"]].assign(**columns)


def _document(
    ready: dict[str, CalibratedCandidate],
    baselines: Baselines,
    selection: Selection,
    terms: dict[str, ScoreTerms],
    train: pd.DataFrame,
    test: pd.DataFrame,
    config: ShopConfig,
    settings: Settings,
) -> dict[str, Any]:
    """What people and other programs read of the comparison, JSON values only."""
    y, y_train = test["churned"].to_numpy(dtype=np.int8), train["churned"].to_numpy(dtype=np.int8)
    champion = selection.champion
    performance = [
        _performance(r, test, y, config, settings.seed)
        | {"selection": selection.rows[k], "terms": terms[k].values(), "is_champion": k == champion}
        for k, r in ready.items()
    ]
    base = [
        {
            "model": n,
            **_measured(
                y, baselines.test[n], best_f1_threshold(y_train, baselines.out_of_fold[n]), test, config
            ),
        }
        for n in BASELINES
    ]
    unseen = ready[champion]
    document: dict[str, Any] = json_safe(
        {
            "champion": champion,
            "champion_model": champion,
            "churn_rate": float(y.mean()),
            "test_cutoff": str(pd.Timestamp(test["cutoff"].iloc[0]).date()),
            "training_cutoffs": int(train["cutoff"].nunique()),
            "training_rows": len(train),
            "test_customers": len(test),
            "churn_rate_by_cutoff": {
                str(c)[:10]: float(v) for c, v in train.groupby("cutoff")["churned"].mean().items()
            },
            "model_performance": sorted(performance, key=lambda row: row["log_loss"]),
            "baselines": base,
            "unseen_customers": _measured(y, unseen.test_unseen, unseen.threshold, test, config),
            "selection_weights": settings.selection.model_dump(),
            "features": unseen.candidate.features,
            "dropped_features": unseen.candidate.dropped,
            "verdict": verdict(y, unseen.test, baselines.test, settings.seed, test["customer_id"]),
        }
    )
    return document


def _performance(
    ready: CalibratedCandidate, test: pd.DataFrame, y: NDArray[np.int8], config: ShopConfig, seed: int
) -> dict[str, Any]:
    """One entry of model_performance: test measures with intervals, cross-validation, calibration, recipe."""
    candidate = ready.candidate
    members = {m.kind: {"slope": m.line[0], "intercept": m.line[1]} for m in candidate.members}
    return {
        "model": candidate.kind,
        **_measured(y, ready.test, ready.threshold, test, config),
        "intervals": _intervals(
            y,
            ready.test,
            ready.threshold,
            contact_profits(test, y, config.roi),
            config.roi.fixed_cost,
            seed,
            test["customer_id"],
        ),
        "unseen_customers": _measured(y, ready.test_unseen, ready.threshold, test, config),
        "cross_validation": candidate.cv,
        "calibration": {**asdict(ready.choice), "level_shift": ready.calibrator.level},
        "params": candidate.params,
        "training": candidate.facts,
        "seconds": candidate.seconds,
        "trials": candidate.trials,
        **({"members": members} if members else {}),
    }


def _measured(
    y: NDArray[np.int8], p: NDArray[np.float64], threshold: float, test: pd.DataFrame, config: ShopConfig
) -> dict[str, float]:
    profits = contact_profits(test, y, config.roi)
    return {**all_metrics(y, p, threshold), **profit_metrics(profits, y, p, threshold, config.roi)}


def _intervals(
    y: NDArray[np.int8],
    p: NDArray[np.float64],
    threshold: float,
    profits: NDArray[np.float64],
    fixed_cost: float,
    seed: int,
    customers: pd.Series,
) -> dict[str, tuple[float, float]]:
    """95 % bootstrap intervals of INTERVAL_METRICS at the test: for each measure over the same samples of
    customers. The threshold was chosen before and is given."""
    losses, squares, called = row_losses(y, p), (y - p) ** 2, p >= threshold
    earned = np.where(called, profits, 0.0)
    measures = {
        "roc_auc": resampled_auc(y, p),
        "average_precision": resampled_average_precision(y, p),
        "brier": lambda rows: float(squares[rows].mean()),
        "log_loss": lambda rows: float(losses[rows].mean()),
        "f1": lambda rows: float(
            2 * (y[rows] & called[rows]).sum() / max(y[rows].sum() + called[rows].sum(), 1)
        ),
        "precision": lambda rows: float((y[rows] & called[rows]).sum() / max(called[rows].sum(), 1)),
        "recall": lambda rows: float((y[rows] & called[rows]).sum() / max(y[rows].sum(), 1)),
        "expected_value": lambda rows: float(earned[rows].sum() - fixed_cost),
    }
    asked = {name: measures[name] for name in INTERVAL_METRICS}
    return bootstrap_intervals(asked, len(y), seed, customers=customers)


def _require_same_rows(candidates: Sequence[Candidate], train: int, test: int, level: int) -> None:
    rows = (train, test, level)
    stale = [c.kind for c in candidates if (len(c.out_of_fold), len(c.test), len(c.level)) != rows]
    if stale:
        raise ChurnError(
            f"{', '.join(stale)} were trained on other snapshots than the present ones; train them again"
        )
