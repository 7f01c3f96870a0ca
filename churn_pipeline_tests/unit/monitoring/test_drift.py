"""Drift: what moved is found, what only chance or the season moved is not."""

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.monitoring.churn_rates import churn_rate_spike, churn_rates
from churn_pipeline.monitoring.distributions import stability_index, stability_noise, told_apart
from churn_pipeline.monitoring.drift import drifted_importance, feature_drift
from churn_pipeline.settings import MonitoringLimits, Settings
from churn_pipeline.storage import TableVersion, write_table
from churn_pipeline_tests.ledgers import simulated_ledger

LIMITS = MonitoringLimits()
AS_OF = pd.Timestamp("2025-12-20")


def rng(seed=0):
    return np.random.default_rng(seed)


def snapshots(cutoffs, customers=400, seed=0, **shift):
    """Snapshots of features a, b and c (half missing), normal with mean 0; shift: {cutoff: mean of a}."""
    frames = []
    for k, cutoff in enumerate(cutoffs):
        noise = rng(seed + k).normal(size=(customers, 3))
        noise[: customers // 2, 2] = np.nan
        frame = pd.DataFrame(noise, columns=["a", "b", "c"]).assign(
            cutoff=pd.Timestamp(cutoff), customer_id=[f"c{i}" for i in range(customers)]
        )
        frame["a"] += shift.get(cutoff.replace("-", "_"), 0.0)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def today(customers=400, seed=99, **means):
    rows = snapshots(["2025-12-20"], customers, seed).rename(columns={"cutoff": "as_of"})
    return rows.assign(**{name: rows[name] + mean for name, mean in means.items()})


def drift_of(then, now):
    return feature_drift(then, now, {"a": 0.6, "b": 0.3}, LIMITS, seed=1).set_index("feature")


def test_stability_index_by_hand():
    reference, current = np.repeat([0.0, 1.0], [50, 50]), np.repeat([0.0, 1.0], [20, 80])
    p, q = np.array([50.5, 50.5, 0.5]) / 101.5, np.array([20.5, 80.5, 0.5]) / 101.5
    assert stability_index(reference, current, bins=2) == pytest.approx(float(((q - p) * np.log(q / p)).sum()))
    assert stability_index(reference, reference) == 0


def test_missing_values_are_a_change():
    values = rng().normal(size=1_000)
    holes = np.where(rng(1).random(1_000) < 0.4, np.nan, values)
    assert stability_index(values, holes) > 0.25
    assert stability_index(holes, holes) == 0


def test_noise_bounds_what_chance_gives():
    values = rng().normal(size=(300, 150))
    index = [stability_index(a[:100], a[100:]) for a in values]
    assert np.mean(np.array(index) > stability_noise(100, 50)) < 0.02
    assert np.mean(np.array(index) > LIMITS.psi) > 0.1, "without the noise limit, small shops would drift every week"


def test_the_classifier_sees_a_change_of_spread():
    narrow, wide = rng().normal(size=2_000), rng(1).normal(scale=3.0, size=2_000)
    assert told_apart(narrow, rng(2).normal(size=2_000), seed=1) == pytest.approx(0.5, abs=0.05)
    assert told_apart(narrow, wide, seed=1) > 0.7
    assert told_apart(narrow[:2], wide, seed=1) == 0.5


def test_only_the_feature_that_moved_drifts():
    drift = drift_of(snapshots(["2025-06-01", "2025-09-01"]), today(a=2.0))
    assert drift.drifted.to_dict() == {"a": True, "b": False, "c": False}
    assert drift.psi_same_season.isna().all()
    assert drifted_importance(drift.reset_index()) == pytest.approx(0.6 / 0.9)


def test_a_season_is_not_drift():
    then = snapshots(["2024-12-20", "2025-03-01", "2025-06-01", "2025-09-01"], **{"2024_12_20": 2.0})
    drift = drift_of(then, today(a=2.0))
    assert drift.loc["a", "psi"] > LIMITS.psi
    assert not drift.loc["a", "drifted"]
    assert drift_of(then, today(a=-2.0)).loc["a", "drifted"]


def test_customers_who_grow_older_are_not_drift():
    then = snapshots(["2025-06-01", "2025-09-01"], **{"2025_09_01": 2.0})
    drift = drift_of(then, today(a=2.0))
    assert drift.loc["a", "psi"] > LIMITS.psi > drift.loc["a", "psi_newest"]
    assert not drift.loc["a", "drifted"]


def test_constant_and_empty_features_do_not_drift():
    then, now = snapshots(["2025-06-01"]).assign(a=1.0, b=np.nan), today().assign(a=1.0, b=np.nan)
    assert not drift_of(then, now).drifted.any()


def test_churn_rates_agree_with_the_ledger(tmp_path):
    ledger = simulated_ledger(days=600)
    write_table(tmp_path, "transactions", ledger, TableVersion("run", "version"))
    rates = churn_rates(tmp_path, 45, 2, Settings(home=tmp_path))
    orders = ledger[(ledger.amount > 0) & ~ledger.is_return]
    newest = rates.iloc[-1]
    past = orders[orders.ts < newest.cutoff].groupby("customer_id").ts.agg(["max", "size"])
    eligible = past.index[(past["max"] >= newest.cutoff - pd.Timedelta(days=45)) & (past["size"] >= 2)]
    later = orders[(orders.ts >= newest.cutoff) & (orders.ts < newest.cutoff + pd.Timedelta(days=45))].customer_id
    assert newest.customers == len(eligible)
    assert newest.churn_rate == pytest.approx(1 - eligible.isin(later).mean())


def rates_of(*values, customers=2_000, start="2024-12-01", step="30D"):
    return pd.DataFrame({"cutoff": pd.date_range(start, periods=len(values), freq=step), "customers": customers, "churn_rate": values})


def spike(rates):
    from churn_pipeline.monitoring.churn_rates import usual_rate

    rates["usual_rate"] = [usual_rate(rates, c, 45) for c in rates.cutoff]
    return churn_rate_spike(rates, LIMITS)


def test_a_spike_is_told_beyond_limit_season_and_chance():
    assert "45.0% churned; usually 30.0%" in spike(rates_of(0.30, 0.30, 0.30, 0.45))[0].sentence
    assert spike(rates_of(0.30, 0.30, 0.30, 0.33)) == []
    assert spike(rates_of(0.30, 0.30, 0.30, 0.45, customers=30)) == []
    december = [0.45, *[0.30] * 11, 0.45]
    assert spike(rates_of(*december)) == []
    assert spike(rates_of(0.45)) == []
