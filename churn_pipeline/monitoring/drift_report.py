"""The drift of a shop in one document: features, scores, churn rates, and the findings that are worth a message."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.monitoring.churn_rates import churn_rate_spike, churn_rates
from churn_pipeline.monitoring.degradation import Finding
from churn_pipeline.monitoring.distributions import stability_index, stability_noise
from churn_pipeline.monitoring.drift import drifted_importance, feature_drift, same_season
from churn_pipeline.settings import MonitoringLimits, Settings
from churn_pipeline.shops import ShopConfig
from churn_pipeline.storage import read_table

SHOWN = 5


@dataclass(frozen=True)
class DriftReport:
    """features: the table feature_drift; document: everything else, as JSON values; findings: what is worth a message."""

    features: pd.DataFrame
    document: dict[str, Any]
    findings: list[Finding]


def drift_report(folder: Path, config: ShopConfig, horizon: int, settings: Settings) -> DriftReport:
    """Compares the shop's last scoring with what its champion learned from; NotFound before the first training and scoring."""
    snapshots, features = read_table(folder, "training_snapshots"), read_table(folder, "customer_features")
    ranked = read_table(folder, "feature_importance", ["feature", "importance"])
    importance = dict(zip(ranked["feature"], ranked["importance"], strict=True))
    as_of = features["as_of"].max()
    drift = feature_drift(snapshots, features, importance, settings.limits, settings.seed)
    rates = churn_rates(folder, horizon, config.min_orders, settings)
    scores = score_shift(folder, settings.limits)
    findings = [
        *_feature_findings(drift, as_of, settings.limits),
        *_score_findings(scores, as_of),
        *churn_rate_spike(rates, settings.limits),
    ]
    document = {
        "as_of": as_of,
        "reference_cutoffs": [str(c.date()) for c in sorted(snapshots["cutoff"].unique())],
        "same_season_cutoffs": [str(c.date()) for c in sorted(same_season(snapshots, as_of)["cutoff"].unique())],
        "drifted_importance": drifted_importance(drift),
        "drifted_features": drift.loc[drift["drifted"], "feature"].tolist(),
        "scores": scores,
        "churn_rates": rates.astype({"cutoff": str}).replace({np.nan: None}).to_dict("records"),
        "findings": [asdict(f) for f in findings],
    }
    return DriftReport(drift, document, findings)


def score_shift(folder: Path, limits: MonitoringLimits) -> dict[str, Any]:
    """The distribution of today's probabilities against those that the champion gave at the test cutoff: tenths, PSI and its limit."""
    now = read_table(folder, "customer_scores", ["churn_probability"])["churn_probability"].dropna().to_numpy(np.float64)
    test = read_table(folder, "test_predictions", ["p_champion"])["p_champion"].to_numpy(np.float64)
    tenths = np.linspace(0.1, 0.9, 9)
    return {
        "tenths_now": np.quantile(now, tenths).tolist() if len(now) else [],
        "tenths_at_test": np.quantile(test, tenths).tolist(),
        "mean_now": float(now.mean()) if len(now) else None,
        "mean_at_test": float(test.mean()),
        "psi": stability_index(test, now) if len(now) else 0.0,
        "psi_limit": max(limits.psi, stability_noise(len(test), len(now))),
    }


def _feature_findings(drift: pd.DataFrame, as_of: pd.Timestamp, limits: MonitoringLimits) -> list[Finding]:
    share = drifted_importance(drift)
    if share <= limits.drifted_importance:
        return []
    names = drift.loc[drift["drifted"], "feature"]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    said = f"Customers of {as_of:%Y-%m-%d} differ from those that the champion learned from in {', '.join(names[:SHOWN])}{more}: "
    return [Finding("feature_drift", f"{as_of:%Y-%m}", f"{said}{share:.0%} of what it relies on.")]


def _score_findings(scores: dict[str, Any], as_of: pd.Timestamp) -> list[Finding]:
    if scores["psi"] <= scores["psi_limit"]:
        return []
    said = f"Churn probabilities moved: {scores['mean_now']:.1%} on average on {as_of:%Y-%m-%d}, {scores['mean_at_test']:.1%} when tested."
    return [Finding("score_drift", f"{as_of:%Y-%m}", f"{said} (PSI {scores['psi']:.2f})")]
