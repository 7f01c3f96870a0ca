"""Whether a shop should be trained again before its time: its customers drifted, or its graded scores got worse."""

from datetime import datetime, timedelta
from pathlib import Path

from churn_pipeline.monitoring.degradation import degraded_grades
from churn_pipeline.settings import MonitoringLimits
from churn_pipeline.storage import read_json, read_table, table_path


def retraining_reasons(folder: Path, limits: MonitoringLimits, last_training: datetime | None, now: datetime) -> list[str]:
    """Sentences that say why; empty where nothing does, where the shop was never trained, or within the cool-down after a training."""
    if last_training is None or now - last_training < timedelta(days=limits.retraining_cooldown_days):
        return []
    drift = read_json(folder / "feature_drift.json")["findings"] if (folder / "feature_drift.json").exists() else []
    grades = degraded_grades(read_table(folder, "graded_scorings"), limits) if table_path(folder, "graded_scorings").exists() else []
    return [f["sentence"] for f in drift if f["kind"] == "feature_drift"] + [grade.sentence for grade in grades]
