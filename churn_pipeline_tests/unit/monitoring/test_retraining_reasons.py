"""Retraining before its time: for a reason, and not within the cool-down."""

from datetime import UTC, datetime, timedelta

import pandas as pd

from churn_pipeline.core.settings import MonitoringLimits
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import TableVersion, write_json, write_table
from churn_pipeline.core.tables import GRADED_SCORINGS
from churn_pipeline.monitoring.retraining_reasons import retraining_reasons

NOW = datetime(2024, 6, 3, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=14)


def drifted(folder, kind="feature_drift"):
    write_json(
        folder / "feature_drift.json",
        {"findings": [{"kind": kind, "about": "2024-06", "sentence": "They differ."}]},
    )
    return folder


def reasons(folder, last):
    return retraining_reasons(ShopStore(folder), MonitoringLimits(), last, NOW)


def test_drift_is_a_reason_once_the_cool_down_is_over(tmp_path):
    assert reasons(drifted(tmp_path), LONG_AGO) == ["They differ."]
    assert reasons(tmp_path, LONG_AGO + timedelta(hours=1)) == []


def test_no_reason(tmp_path):
    assert reasons(tmp_path, LONG_AGO) == []
    assert reasons(drifted(tmp_path, "churn_rate_spike"), LONG_AGO) == []
    assert reasons(drifted(tmp_path), None) == [], (
        "a shop that was never trained waits for its first training"
    )


def test_drift_that_a_training_has_answered_is_no_reason(tmp_path):
    finding = {"kind": "feature_drift", "about": "2024-06", "sentence": "They differ."}
    for share, expected in ((0.129, []), (0.979, ["They differ."])):
        write_json(
            tmp_path / "feature_drift.json", {"findings": [finding], "drifted_importance_of_training": share}
        )
        assert reasons(tmp_path, LONG_AGO) == expected


def missed_by(folder, *scorings):
    """Graded scorings (run, version, outcome) a week apart, of which those that are known all missed the
    churn rate."""
    given = {
        "graded": 5_000,
        "customers": 5_000,
        "horizon": 90,
        "roc_auc": 0.8,
        "log_loss": 0.5,
        "log_loss_of_rate": 0.6,
    }
    given |= {"expected_churn_rate": 0.4, "churn_rate": 0.6} | dict.fromkeys(
        f"{tier}_customers" for tier in ("high", "medium", "low")
    )
    days = pd.date_range("2024-01-01", periods=len(scorings), freq="7D")
    rows = [
        given
        | {
            "run_id": run,
            "model_version": version,
            "outcome": outcome,
            "as_of": day,
            "scored_at": day,
            "due_at": day,
        }
        for day, (run, version, outcome) in zip(days, scorings, strict=True)
    ]
    table = pd.DataFrame(rows).reindex(columns=GRADED_SCORINGS.schema.names).astype(object)
    numbers = [
        field.name
        for field in GRADED_SCORINGS.schema
        if not field.nullable and table[field.name].isna().all()
    ]
    write_table(
        folder, GRADED_SCORINGS.name, table.fillna(dict.fromkeys(numbers, 0)), TableVersion("grade", "v")
    )


def test_a_grade_that_a_training_has_answered_is_no_reason(tmp_path):
    write_json(tmp_path / "champion.json", {"version": "2"})
    missed_by(tmp_path, ("weekly", "1", "known"))
    assert reasons(tmp_path, LONG_AGO) == [], "version 1 scores no more"
    missed_by(tmp_path, ("weekly", "2", "known"))
    assert len(reasons(tmp_path, LONG_AGO)) == 1
    snapshots = pd.DataFrame(
        {
            "customer_id": ["a"],
            "cutoff": [pd.Timestamp("2024-01-01")],
            "split": ["train"],
            "fold": [0],
            "churned": [0],
        }
    )
    write_table(tmp_path, "training_snapshots", snapshots, TableVersion("training", "v"))
    missed_by(tmp_path, ("weekly", "2", "known"), ("training", "2", "not_yet_known"))
    for days in (15, 30, 45):
        assert reasons(tmp_path, NOW - timedelta(days=days)) == [], (
            "trained since, though the model stayed the same"
        )
    missed_by(tmp_path, ("weekly", "2", "known"), ("training", "2", "known"))
    assert len(reasons(tmp_path, LONG_AGO)) == 1, "the training's own scoring missed, too"
