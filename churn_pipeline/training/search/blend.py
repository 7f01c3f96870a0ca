"""The blend: the mean log-odds of the trained kinds and BG/NBD.

Which single model is best cannot be told at training time, and the mean of several is rarely behind any of
them. Members enter on one scale (Platt's line, fitted on out-of-fold predictions) with equal weights; a
member without which the earlier origins would have been predicted clearly better leaves. The mean is then
calibrated like any candidate's log-odds."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_pipeline.training.evaluation.calibration import platt_line
from churn_pipeline.training.evaluation.paired_losses import (
    PairedDifference,
    level_free_losses,
    paired_difference,
)
from churn_pipeline.training.models.blended_model import BG_NBD, BG_NBD_FEATURE, bg_nbd_log_odds
from churn_pipeline.training.search.candidates import BlendMember, Candidate, cross_validated_metrics

BLEND = "blend"
BLENDED_KINDS = ("logistic_regression", "random_forest", "xgboost", "lightgbm", "svm", BG_NBD)
FEWEST_MEMBERS = 2

LogOdds = Mapping[str, NDArray[np.float64]]
Line = tuple[float, float]


def mean_log_odds(members: LogOdds, lines: Mapping[str, Line]) -> NDArray[np.float64]:
    """Mean over the members in `lines` of slope * log-odds + intercept, n."""
    return np.mean([slope * members[kind] + intercept for kind, (slope, intercept) in lines.items()], axis=0)


def on_one_scale(
    log_odds: NDArray[np.float64], y: NDArray[np.int8], fold: NDArray[np.int8]
) -> NDArray[np.float64]:
    """Out-of-fold log-odds of one member on the scale of the blend, n; the line of each fold's rows comes
    from the other folds."""
    scaled = np.empty(len(y))
    for k in np.unique(fold):
        own = fold == k
        slope, intercept = platt_line(log_odds[~own], y[~own])
        scaled[own] = slope * log_odds[own] + intercept
    return scaled


def members_that_help(
    members: LogOdds, train: pd.DataFrame
) -> tuple[dict[str, NDArray[np.float64]], dict[str, PairedDifference]]:
    """The members that stay, and for each that left how much lower the loss was without it.

    members: kind -> out-of-fold log-odds on one scale, of the rows of `train` (customer_id, cutoff, fold,
        churned). One member at a time leaves, the one without which the blend's paired loss is lowest, as
        long as that is clearly lower; two always stay."""
    staying, left = dict(members), {}
    whole = _losses(staying, train)
    while len(staying) > FEWEST_MEMBERS:
        without = {kind: _losses({k: v for k, v in staying.items() if k != kind}, train) for kind in staying}
        worst = min(without, key=lambda kind: without[kind].mean())
        gain = paired_difference(without[worst], whole, train["customer_id"], train["cutoff"])
        if not gain.clearly_lower:
            break
        left[worst], whole = gain, without[worst]
        del staying[worst]
    return staying, left


def _losses(members: LogOdds, train: pd.DataFrame) -> NDArray[np.float64]:
    """Level-free losses of a blend whose spread is corrected across folds: a mean of log-odds is too narrow,
    the more so the more members differ."""
    y, fold = train["churned"].to_numpy(dtype=np.int8), train["fold"].to_numpy()
    return level_free_losses(
        on_one_scale(np.mean(list(members.values()), axis=0), y, fold), y, train["cutoff"]
    )


def with_blend(
    candidates: Sequence[Candidate], snapshots: pd.DataFrame, level_snapshots: pd.DataFrame | None = None
) -> list[Candidate]:
    """The candidates and, where one of them can be a member and none is a blend, their blend."""
    kinds = {c.kind for c in candidates}
    if BLEND in kinds or not kinds & set(BLENDED_KINDS):
        return list(candidates)
    return [*candidates, blend_candidate(candidates, snapshots, level_snapshots)]


def blend_candidate(
    candidates: Sequence[Candidate],
    snapshots: pd.DataFrame,
    level_snapshots: pd.DataFrame | None = None,
    members: Sequence[str] = (),
) -> Candidate:
    """The blend as a candidate of its own; the labels of the snapshots' test rows are not read.

    candidates: trained on `snapshots`, their predictions of level_snapshots beside. members: exactly these
    kinds, as in a recipe that is trained anew; by
        default those of the kinds that count, BG/NBD among them, that help."""
    is_train = (snapshots["split"] == "train").to_numpy()
    train, test = snapshots[is_train].reset_index(drop=True), snapshots[~is_train].reset_index(drop=True)
    y, fold = train["churned"].to_numpy(dtype=np.int8), train["fold"].to_numpy()
    trained = {c.kind: c for c in candidates if c.kind in BLENDED_KINDS}
    able = {kind: c.out_of_fold for kind, c in trained.items()} | {BG_NBD: bg_nbd_log_odds(train)}
    scaled = {kind: on_one_scale(v, y, fold) for kind, v in able.items()}
    staying, left = (
        members_that_help(scaled, train) if not members else ({kind: scaled[kind] for kind in members}, {})
    )
    lines = {kind: platt_line(able[kind], y) for kind in staying}
    at_test = bg_nbd_log_odds(test)
    older = bg_nbd_log_odds(level_snapshots) if level_snapshots is not None else np.empty(0)
    out_of_fold = np.mean(list(staying.values()), axis=0)
    recipes = [_member(kind, trained, lines[kind]) for kind in staying]
    used = {name for member in recipes for name in member.features}
    return Candidate(
        kind=BLEND,
        params={"members": list(staying), "weights": "equal"},
        features=[str(name) for name in snapshots.columns if name in used],
        dropped={},
        out_of_fold=out_of_fold,
        test=mean_log_odds(
            {kind: at_test if kind == BG_NBD else trained[kind].test for kind in staying}, lines
        ),
        test_unseen=mean_log_odds(
            {kind: at_test if kind == BG_NBD else trained[kind].test_unseen for kind in staying}, lines
        ),
        scale=(1.0, 0.0),
        cv=cross_validated_metrics(y, fold, out_of_fold),
        seconds=sum(trained[kind].seconds for kind in staying if kind in trained),
        trials=[],
        facts={
            "training_rows": len(y),
            "left": {kind: {"gain": -d.mean, "error": d.error} for kind, d in left.items()},
        },
        members=recipes,
        level=mean_log_odds(
            {kind: older if kind == BG_NBD else trained[kind].level for kind in staying}, lines
        ),
    )


def _member(kind: str, known: Mapping[str, Candidate], line: Line) -> BlendMember:
    if kind == BG_NBD:
        return BlendMember(kind, {}, [BG_NBD_FEATURE], (1.0, 0.0), line)
    own = known[kind]
    return BlendMember(kind, own.params, own.features, own.scale, line)
