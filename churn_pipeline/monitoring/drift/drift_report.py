"""The drift of a shop in one document: features, scores, churn rates, and the findings that are worth a
message."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.churn_definition.treated_labels import campaign_treatments, untreated
from churn_pipeline.core.settings import MonitoringLimits
from churn_pipeline.core.wording import day, percent
from churn_pipeline.monitoring.drift.champion_rows import champion_rows
from churn_pipeline.monitoring.drift.distributions import stability_index, stability_noise
from churn_pipeline.monitoring.drift.feature_drift import drifted_importance, feature_drift, same_season
from churn_pipeline.monitoring.grades.churn_rates import churn_rate_spike, churn_rates
from churn_pipeline.monitoring.grades.degradation import Finding
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.data.embargo import level_snapshots

SHOWN = 5


@dataclass(frozen=True)
class DriftReport:
    """features: the table feature_drift; document: everything else, as JSON values; findings: what is worth a
    message."""

    features: pd.DataFrame
    document: dict[str, Any]
    findings: list[Finding]


def drift_report(run: ShopRun) -> DriftReport:
    """Compares the shop's last scoring with what its champion learned from; NotFound before the first
    training and scoring.

    The rows of the newest training are another reference where its model stayed challenger: drift that they
    do not show has been answered by that training (document: drifted_importance_of_training), though the
    champion has still not seen such customers."""
    settings, (snapshots, newest) = run.settings, champion_rows(run)
    features = _without_the_contacted(run, run.store.read("customer_features"))
    ranked = run.store.read("feature_importance", ["feature", "importance"])
    importance = dict(zip(ranked["feature"], ranked["importance"], strict=True))
    as_of = features["as_of"].max()
    older = level_snapshots(run)
    drift = feature_drift(snapshots, features, importance, settings.limits, settings.seed, older)
    of_training = (
        drift
        if newest is None
        else feature_drift(newest, features, importance, settings.limits, settings.seed, older)
    )
    rates = churn_rates(run)
    scores = score_shift(run, settings.limits)
    findings = [
        *_feature_findings(drift, as_of, settings.limits),
        *_score_findings(scores, as_of),
        *churn_rate_spike(rates, settings.limits),
    ]
    document = {
        "as_of": as_of,
        "reference_cutoffs": [str(c.date()) for c in sorted(snapshots["cutoff"].unique())],
        "same_season_cutoffs": [
            str(c.date()) for c in sorted(same_season(snapshots, as_of, older)["cutoff"].unique())
        ],
        "drifted_importance": drifted_importance(drift),
        "drifted_importance_of_training": drifted_importance(of_training),
        "drifted_features": drift.loc[drift["drifted"], "feature"].tolist(),
        "scores": scores,
        "churn_rates": rates.astype({"cutoff": str}).replace({np.nan: None}).to_dict("records"),
        "findings": [asdict(f) for f in findings],
    }
    return DriftReport(drift, document, findings)


def _without_the_contacted(run: ShopRun, customers: pd.DataFrame) -> pd.DataFrame:
    """The customers as they would be had no campaign reached into the last horizon: what it changed in them
    is no drift."""
    since = customers["as_of"] - timedelta(days=run.horizon)
    found = untreated(customers.assign(since=since), campaign_treatments(run.store), run.horizon, at="since")
    return found.rows(customers)


def score_shift(run: ShopRun, limits: MonitoringLimits) -> dict[str, Any]:
    """The distribution of today's probabilities against those that the champion gave at the test cutoff:
    tenths, PSI and its limit."""
    scored = run.store.read("customer_scores", ["customer_id", "as_of", "churn_probability"]).dropna()
    now = _without_the_contacted(run, scored)["churn_probability"].to_numpy(np.float64)
    test = run.store.read("test_predictions", ["p_champion"])["p_champion"].to_numpy(np.float64)
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
    said = (
        f"Customers of {day(as_of)} differ from those that the champion learned from in "
        f"{', '.join(names[:SHOWN])}{more}: "
    )
    return [Finding("feature_drift", f"{as_of:%Y-%m}", f"{said}{percent(share)} of what it relies on.")]


def _score_findings(scores: dict[str, Any], as_of: pd.Timestamp) -> list[Finding]:
    if scores["psi"] <= scores["psi_limit"]:
        return []
    now, when_tested = percent(scores["mean_now"], 1), percent(scores["mean_at_test"], 1)
    sentence = (
        f"Churn probabilities moved: {now} on average on {day(as_of)}, {when_tested} when tested. "
        f"(PSI {scores['psi']:.2f})"
    )
    return [Finding("score_drift", f"{as_of:%Y-%m}", sentence)]
