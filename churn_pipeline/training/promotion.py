"""Whether a new champion replaces the standing one: only when it does at least as well as the old recipe under the same embargo.

The standing model itself is no yardstick, since it was refitted on outcomes that the new test contains. Its recipe (kind, parameters,
features) is trained anew on the present training rows and measured at the present test. Where the recipe wins, the standing model goes on
scoring, and its recipe's figures stand for its kind in what is shown.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.errors import ChurnError, NotFound
from churn_pipeline.settings import Settings
from churn_pipeline.training.calibration import platt_line
from churn_pipeline.training.candidates import Candidate, cross_validated_metrics, fit_plan, training_rows
from churn_pipeline.training.churn_model import ChurnModel
from churn_pipeline.training.comparison import CalibratedCandidate, Comparison, calibrate_candidate
from churn_pipeline.training.cross_validation import race
from churn_pipeline.training.metrics import probability_metrics, ranking_metrics
from churn_pipeline.training.registry import champion_version, load_version
from churn_pipeline.training.search_spaces import load_search_space

FIGURES = ("log_loss", "roc_auc", "average_precision", "ece")


@dataclass(frozen=True)
class Standing:
    """The champion in the registry when a training begins; model is None where `unusable` says why its recipe cannot compete."""

    version: str
    model: ChurnModel | None
    unusable: str = ""


@dataclass(frozen=True)
class Promotion:
    """promote: whether the new model becomes champion; reason: why, in one sentence; former: version of the standing champion.

    new, old: kind and figures at the test `cutoff`; old is None where no recipe could compete.
    """

    promote: bool
    reason: str
    cutoff: str
    former: str | None
    new: dict[str, Any]
    old: dict[str, Any] | None = None

    def to_document(self) -> dict[str, Any]:
        """JSON form."""
        return asdict(self)


def standing_champion(settings: Settings, shop: str, snapshots: pd.DataFrame, horizon: int) -> Standing | None:
    """The shop's registered champion and whether its recipe can compete on these snapshots; None where there is none."""
    version = champion_version(settings, shop)
    if version is None:
        return None
    try:
        model = load_version(settings, shop, version)
    except (NotFound, ChurnError) as error:
        return Standing(version, None, f"the former champion could not be loaded ({error})")
    if why := why_unusable(model, snapshots.columns, horizon):
        return Standing(version, None, f"the former champion {why}")
    return Standing(version, model)


def why_unusable(model: ChurnModel, columns: Iterable[str], horizon: int) -> str:
    """Why a model cannot predict from a table with these columns for this horizon, as the rest of a sentence about it; '' where it can."""
    known = int(model.metadata.get("horizon", horizon))
    if known != horizon:
        return f"was trained for a horizon of {known} days, not {horizon}"
    missing = sorted(set(model.features) - set(columns))
    return f"needs {', '.join(missing[:5])}, which the data do not have" if missing else ""


def judge_promotion(
    comparison: Comparison, standing: Standing | None, snapshots: pd.DataFrame, settings: Settings, horizon: int
) -> tuple[Promotion, Candidate | None]:
    """The decision, and the standing recipe trained anew; no candidate where nothing had to be trained for it.

    An equal recipe is promoted without a fit: it is the same model with newer data.
    """
    at = str(comparison.document["test_cutoff"])
    y = comparison.test_predictions["churned"].to_numpy(dtype=np.int8)
    new = _figures(comparison.calibrated[comparison.champion], y)
    if standing is None:
        return Promotion(True, f"first model of the shop, log loss {new['log_loss']:.4f} at {at}", at, None, new), None
    if standing.model is None:
        return Promotion(True, f"nothing to compare with: {standing.unusable}", at, standing.version, new), None
    former = standing.model
    if _same_recipe(former, comparison.calibrated[comparison.champion].candidate):
        return Promotion(True, f"the same recipe as before, with the data up to {at} and later", at, standing.version, new, new), None
    retrained = retrained_recipe(former, comparison, snapshots, settings)
    old = _figures(calibrated_at_test(retrained, snapshots, horizon), y)
    words = f"log loss {new['log_loss']:.4f} against {old['log_loss']:.4f} of the former {former.kind} recipe trained anew, at {at}"
    if new["log_loss"] <= old["log_loss"]:
        return Promotion(True, f"at least as good: {words}", at, standing.version, new, old), retrained
    return Promotion(False, f"not as good: {words}", at, standing.version, new, old), retrained


def retrained_recipe(former: ChurnModel, comparison: Comparison, snapshots: pd.DataFrame, settings: Settings) -> Candidate:
    """The former model's recipe as a candidate of the present training rows; the present candidate where that has the same recipe."""
    own = comparison.calibrated.get(former.kind)
    if own is not None and _same_recipe(former, own.candidate):
        return own.candidate
    is_train = (snapshots["split"] == "train").to_numpy()
    train, test = snapshots[is_train].reset_index(drop=True), snapshots[~is_train].reset_index(drop=True)
    rows = training_rows(train, former.features)
    plan = fit_plan(former.kind, load_search_space(former.kind, settings.search_spaces), len(rows.y), settings, settings.threads)
    tested = test[former.features].astype(np.float64)
    [fitted] = race(rows, [former.params], replace(plan, stages=()), tested, test["fold"].to_numpy())
    out_of_fold, unseen, full = fitted.log_odds[:, 0], fitted.unseen[:, 0], fitted.full[:, 0]
    scale = platt_line(out_of_fold, rows.y) if former.kind == "svm" else (1.0, 0.0)
    out_of_fold, full, unseen = (scale[0] * v + scale[1] for v in (out_of_fold, full, unseen))
    return Candidate(
        kind=former.kind,
        params=former.params,
        features=former.features,
        dropped=dict(former.metadata.get("dropped_features", {})),
        out_of_fold=out_of_fold,
        test=full,
        test_unseen=unseen,
        scale=scale,
        cv=cross_validated_metrics(rows.y, rows.fold, out_of_fold),
        seconds=0.0,
        trials=[],
        facts={"training_rows": len(rows.y), "rows_of_a_fit": min(plan.cap, len(rows.y)), "effort": "recipe of the standing champion"},
    )


def calibrated_at_test(candidate: Candidate, snapshots: pd.DataFrame, horizon: int) -> CalibratedCandidate:
    """The candidate calibrated for the test cutoff of the snapshots that it was trained on."""
    is_train = (snapshots["split"] == "train").to_numpy()
    train = snapshots[is_train].reset_index(drop=True)
    return calibrate_candidate(candidate, train, snapshots.loc[~is_train, "cutoff"].iloc[0], horizon)


def _same_recipe(former: ChurnModel, candidate: Candidate) -> bool:
    same = (former.kind, former.params, sorted(former.features))
    return same == (candidate.kind, candidate.params, sorted(candidate.features))


def _figures(ready: CalibratedCandidate, y: np.ndarray) -> dict[str, Any]:
    measured = {**ranking_metrics(y, ready.test), **probability_metrics(y, ready.test)}
    return {"kind": ready.candidate.kind, **{name: measured[name] for name in FIGURES}}
