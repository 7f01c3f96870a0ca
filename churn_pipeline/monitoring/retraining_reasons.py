"""Whether a shop should be trained again before its time: its customers drifted, or its graded scores got
worse."""

from datetime import datetime, timedelta

import pandas as pd

from churn_pipeline.core.settings import MonitoringLimits
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.monitoring.grades.degradation import degraded_grades


def retraining_reasons(
    store: ShopStore, limits: MonitoringLimits, last_training: datetime | None, now: datetime
) -> list[str]:
    """Sentences that say why; empty where nothing does, where the shop was never trained, or within the
    cool-down after a training.

    What a training has answered is no reason for another one, whether its model was promoted or not: drift
    that the rows of the newest training do not show, and the grade of a scoring that came before that
    training or from a model that scores no more."""
    if last_training is None or now - last_training < timedelta(days=limits.retraining_cooldown_days):
        return []
    return [*_drift(store, limits), *_grades(store, limits)]


def _drift(store: ShopStore, limits: MonitoringLimits) -> list[str]:
    if not store.has_document("feature_drift"):
        return []
    document = store.document("feature_drift")
    unanswered = document.get("drifted_importance_of_training", float("inf")) > limits.drifted_importance
    return [
        finding["sentence"]
        for finding in document["findings"]
        if finding["kind"] == "feature_drift" and unanswered
    ]


def _grades(store: ShopStore, limits: MonitoringLimits) -> list[str]:
    if not store.exists("graded_scorings"):
        return []
    scorings = store.read("graded_scorings")
    found = degraded_grades(scorings, limits)
    if not found:
        return []
    graded = scorings[scorings["run_id"] == found[0].about].iloc[-1]
    return [] if _answered(store, graded, scorings) else [finding.sentence for finding in found]


def _answered(store: ShopStore, graded: pd.Series, scorings: pd.DataFrame) -> bool:
    """Whether a training came after the scoring, or another model scores by now."""
    if store.has_document("champion"):
        champion = store.document("champion")
        same_training = {str(champion["version"]), *champion.get("earlier_versions", [])}
        if str(graded["model_version"]) not in same_training:
            return True
    trained = store.stored("training_snapshots")
    # A training ends with a scoring of its own: what was said before that one is what it answers.
    ends = (
        scorings.loc[scorings["run_id"] == trained.version.run_id, "scored_at"]
        if trained is not None
        else scorings["scored_at"].iloc[:0]
    )
    return len(ends) > 0 and bool(graded["scored_at"] < ends.max())
