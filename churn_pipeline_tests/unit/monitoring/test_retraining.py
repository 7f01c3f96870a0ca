"""Retraining before its time: for a reason, and not within the cool-down."""

from datetime import UTC, datetime, timedelta

from churn_pipeline.monitoring.retraining import retraining_reasons
from churn_pipeline.settings import MonitoringLimits
from churn_pipeline.storage import write_json

NOW = datetime(2024, 6, 3, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=14)


def drifted(folder, kind="feature_drift"):
    write_json(folder / "feature_drift.json", {"findings": [{"kind": kind, "about": "2024-06", "sentence": "They differ."}]})
    return folder


def reasons(folder, last):
    return retraining_reasons(folder, MonitoringLimits(), last, NOW)


def test_drift_is_a_reason_once_the_cool_down_is_over(tmp_path):
    assert reasons(drifted(tmp_path), LONG_AGO) == ["They differ."]
    assert reasons(tmp_path, LONG_AGO + timedelta(hours=1)) == []


def test_no_reason(tmp_path):
    assert reasons(tmp_path, LONG_AGO) == []
    assert reasons(drifted(tmp_path, "churn_rate_spike"), LONG_AGO) == []
    assert reasons(drifted(tmp_path), None) == [], "a shop that was never trained waits for its first training"
