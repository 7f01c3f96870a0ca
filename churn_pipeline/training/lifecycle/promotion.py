"""Whether a new champion replaces the standing one: only when it does at least as well as the old recipe
under the same embargo.

The standing model itself is no yardstick, since it was refitted on outcomes that the new test contains. Its
recipe (kind, parameters, features) is trained anew on the present training rows and measured at the present
test. Where the recipe wins, the standing model goes on scoring, and its recipe's figures stand for its kind
in what is shown."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.core.enums import Split
from churn_pipeline.core.errors import ChurnError, NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.training.evaluation.calibration import platt_line
from churn_pipeline.training.evaluation.comparison import (
    CalibratedCandidate,
    Comparison,
    at_level,
    calibrate_candidate,
)
from churn_pipeline.training.evaluation.metrics import probability_metrics, ranking_metrics
from churn_pipeline.training.lifecycle.registry import champion_version, load_version
from churn_pipeline.training.models.churn_model import ChurnModel
from churn_pipeline.training.search.blend import BG_NBD, BLEND, blend_candidate
from churn_pipeline.training.search.candidates import (
    Candidate,
    cross_validated_metrics,
    fit_plan,
    predicted_rows,
    training_rows,
)
from churn_pipeline.training.search.race import race
from churn_pipeline.training.search.search_spaces import load_search_space

FIGURES = ("log_loss", "roc_auc", "average_precision", "ece")


@dataclass(frozen=True)
class Standing:
    """The champion in the registry when a training begins; model is None where `unusable` says why its recipe
    cannot compete."""

    version: str
    model: ChurnModel | None
    unusable: str = ""


@dataclass(frozen=True)
class Promotion:
    """promote: whether the new model becomes champion; reason: why, in one sentence; former: version of the
    standing champion.

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


def standing_champion(
    settings: Settings, shop: str, snapshots: pd.DataFrame, horizon: int
) -> Standing | None:
    """The shop's registered champion and whether its recipe can compete on these snapshots; None where there
    is none."""
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
    """Why a model cannot predict from a table with these columns for this horizon, as the rest of a sentence
    about it; '' where it can."""
    known = int(model.metadata.get("horizon", horizon))
    if known != horizon:
        return f"was trained for a horizon of {known} days, not {horizon}"
    missing = sorted(set(model.features) - set(columns))
    return f"needs {', '.join(missing[:5])}, which the data do not have" if missing else ""


def judge_promotion(
    comparison: Comparison,
    standing: Standing | None,
    snapshots: pd.DataFrame,
    settings: Settings,
    horizon: int,
) -> tuple[Promotion, Candidate | None]:
    """The decision, and the standing recipe trained anew; no candidate where nothing had to be trained for
    it.

    An equal recipe is promoted without a fit: it is the same model with newer data.
    """
    at = str(comparison.document["test_cutoff"])
    y = comparison.test_predictions["churned"].to_numpy(dtype=np.int8)
    new = _figures(comparison.calibrated[comparison.champion], y)
    if standing is None:
        return Promotion(
            True, f"first model of the shop, log loss {new['log_loss']:.4f} at {at}", at, None, new
        ), None
    if standing.model is None:
        return Promotion(
            True, f"nothing to compare with: {standing.unusable}", at, standing.version, new
        ), None
    former = standing.model
    if _same_recipe(former, comparison.calibrated[comparison.champion].candidate):
        return Promotion(
            True,
            f"the same recipe as before, with the data up to {at} and later",
            at,
            standing.version,
            new,
            new,
        ), None
    retrained = retrained_recipe(former, comparison, snapshots, settings)
    recipe = calibrated_at_test(retrained, snapshots, horizon)
    old = _figures(at_level(recipe, comparison.level.at_test.shift), y)
    words = (
        f"log loss {new['log_loss']:.4f} against {old['log_loss']:.4f} of the former {former.kind} recipe "
        f"trained anew, at {at}"
    )
    if new["log_loss"] <= old["log_loss"]:
        return Promotion(True, f"at least as good: {words}", at, standing.version, new, old), retrained
    return Promotion(False, f"not as good: {words}", at, standing.version, new, old), retrained


def retrained_recipe(
    former: ChurnModel, comparison: Comparison, snapshots: pd.DataFrame, settings: Settings
) -> Candidate:
    """The former model's recipe as a candidate of the present training rows; the present candidate where that
    has the same recipe."""
    own = comparison.calibrated.get(former.kind)
    if own is not None and _same_recipe(former, own.candidate):
        return own.candidate
    dropped = dict(former.metadata.get("dropped_features", {}))
    if former.kind != BLEND:
        return _retrained(
            former.kind, former.params, former.features, dropped, comparison, snapshots, settings
        )
    recipes = [recipe for recipe in former.metadata["members"] if recipe["kind"] != BG_NBD]
    members = [
        _retrained(r["kind"], r["params"], r["features"], {}, comparison, snapshots, settings)
        for r in recipes
    ]
    older = comparison.level_snapshots
    return blend_candidate(members, snapshots, older, members=former.params["members"])


def _retrained(
    kind: str,
    params: dict[str, Any],
    features: list[str],
    dropped: dict[str, str],
    comparison: Comparison,
    snapshots: pd.DataFrame,
    settings: Settings,
) -> Candidate:
    """One kind's recipe as a candidate of the present training rows; the present candidate where that has the
    same recipe."""
    own = comparison.calibrated.get(kind)
    if own is not None and (params, sorted(features)) == (
        own.candidate.params,
        sorted(own.candidate.features),
    ):
        return own.candidate
    is_train = (snapshots["split"] == Split.TRAIN).to_numpy()
    train, test = snapshots[is_train].reset_index(drop=True), snapshots[~is_train].reset_index(drop=True)
    rows = training_rows(train, features)
    plan = fit_plan(
        kind, load_search_space(kind, settings.search_spaces), len(rows.y), settings, settings.threads
    )
    others = predicted_rows(test, comparison.level_snapshots)
    predicted = others[features].astype(np.float64)
    [fitted] = race(rows, [params], replace(plan, stages=()), predicted, others["fold"].to_numpy())
    out_of_fold, unseen, full = fitted.log_odds[:, 0], fitted.unseen[:, 0], fitted.full[:, 0]
    scale = platt_line(out_of_fold, rows.y) if kind == "svm" else (1.0, 0.0)
    out_of_fold, full, unseen = (scale[0] * v + scale[1] for v in (out_of_fold, full, unseen))
    return Candidate(
        kind=kind,
        params=params,
        features=features,
        dropped=dropped,
        out_of_fold=out_of_fold,
        test=full[: len(test)],
        test_unseen=unseen[: len(test)],
        scale=scale,
        cv=cross_validated_metrics(rows.y, rows.fold, out_of_fold),
        seconds=0.0,
        trials=[],
        facts={
            "training_rows": len(rows.y),
            "rows_of_a_fit": min(plan.cap, len(rows.y)),
            "effort": "recipe of the standing champion",
        },
        level=unseen[len(test) :],
    )


def calibrated_at_test(candidate: Candidate, snapshots: pd.DataFrame, horizon: int) -> CalibratedCandidate:
    """The candidate calibrated on the training rows of the snapshots that it was trained on; no level yet."""
    train = snapshots[snapshots["split"] == Split.TRAIN].reset_index(drop=True)
    return calibrate_candidate(candidate, train, horizon)


def _same_recipe(former: ChurnModel, candidate: Candidate) -> bool:
    same = (former.kind, former.params, sorted(former.features))
    members = [member.recipe() for member in candidate.members]
    return same == (
        candidate.kind,
        candidate.params,
        sorted(candidate.features),
    ) and members == former.metadata.get("members", [])


def _figures(ready: CalibratedCandidate, y: np.ndarray) -> dict[str, Any]:
    measured = {**ranking_metrics(y, ready.test), **probability_metrics(y, ready.test)}
    return {"kind": ready.candidate.kind, **{name: measured[name] for name in FIGURES}}
