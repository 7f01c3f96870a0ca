"""Drift: what moved is found, what only chance or the season moved is not."""

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.core.settings import MonitoringLimits
from churn_pipeline.core.store import TableVersion, write_json, write_table
from churn_pipeline.monitoring.drift.champion_rows import champion_rows
from churn_pipeline.monitoring.drift.distributions import stability_index, stability_noise, told_apart
from churn_pipeline.monitoring.drift.feature_drift import drifted_importance, feature_drift, same_season
from churn_pipeline.monitoring.grades.churn_rates import churn_rate_spike, churn_rates
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.training.data.embargo import build_training_tables
from churn_pipeline_tests.builders.ledgers import simulated_ledger
from churn_pipeline_tests.builders.shop_runs import shop_run

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
    assert stability_index(reference, current, bins=2) == pytest.approx(
        float(((q - p) * np.log(q / p)).sum())
    )
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
    assert np.mean(np.array(index) > LIMITS.psi) > 0.1, (
        "without the noise limit, small shops would drift every week"
    )


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


def test_drift_is_held_against_the_champions_own_rows(tmp_path):
    """A training whose model stayed challenger renews the snapshots; the champion's are made anew at its own
    cutoffs."""
    write_table(tmp_path, "transactions", simulated_ledger(150, days=400), TableVersion("run", "version"))
    run = shop_run(tmp_path, ShopConfig(name="tea"), horizon=45)
    tables = build_training_tables(run)
    for name, table in (("training_snapshots", tables.training), ("embargoed_snapshots", tables.embargoed)):
        write_table(tmp_path, name, table, TableVersion("run", "version"))
    everything = pd.concat([tables.training, tables.embargoed])
    write_json(
        tmp_path / "champion.json", {"cutoffs": sorted({str(day.date()) for day in everything["cutoff"]})}
    )
    own, newest = champion_rows(run)
    assert newest is None and len(own) == len(everything)
    former = sorted(everything["cutoff"].unique())[:3]
    write_json(tmp_path / "champion.json", {"cutoffs": [str(day.date()) for day in former]})
    moved = tables.training.assign(order_trend_horizon=lambda rows: rows["order_trend_horizon"] * 1.9 + 3)
    write_table(tmp_path, "training_snapshots", moved, TableVersion("later", "later version"))
    own, newest = champion_rows(run)
    assert newest is not None and sorted(own["cutoff"].unique()) == former
    expected = everything[everything["cutoff"].isin(former)].sort_values(
        ["cutoff", "customer_id"], ignore_index=True
    )
    pd.testing.assert_series_equal(own["order_trend_horizon"], expected["order_trend_horizon"])
    today = moved[moved["cutoff"] == moved["cutoff"].max()].rename(columns={"cutoff": "as_of"})
    shown = ["customer_id", "as_of", "order_trend_horizon"]
    then = (
        rows[["customer_id", "cutoff", "order_trend_horizon"]]
        for rows in (own, newest[newest["split"].notna()])
    )
    shares = [
        drifted_importance(feature_drift(rows, today[shown], {"order_trend_horizon": 1.0}, LIMITS, seed=1))
        for rows in then
    ]
    assert shares == [1, 0]


def test_churn_rates_agree_with_the_ledger(tmp_path):
    ledger = simulated_ledger(days=600)
    write_table(tmp_path, "transactions", ledger, TableVersion("run", "version"))
    rates = churn_rates(shop_run(tmp_path, ShopConfig(name="tea"), horizon=45))
    orders = ledger[(ledger.amount > 0) & ~ledger.is_return]
    newest = rates.iloc[-1]
    past = orders[orders.ts < newest.cutoff].groupby("customer_id").ts.agg(["max", "size"])
    eligible = past.index[(past["max"] >= newest.cutoff - pd.Timedelta(days=45)) & (past["size"] >= 2)]
    later = orders[
        (orders.ts >= newest.cutoff) & (orders.ts < newest.cutoff + pd.Timedelta(days=45))
    ].customer_id
    assert newest.customers == len(eligible)
    assert newest.churn_rate == pytest.approx(1 - eligible.isin(later).mean())


def test_last_years_rate_is_the_usual_one_at_a_short_horizon(tmp_path):
    """Training's cutoffs reach back half a year at 30 days; sparse older ones know last year's season."""
    write_table(tmp_path, "transactions", simulated_ledger(days=730), TableVersion("run", "version"))
    rates = churn_rates(shop_run(tmp_path, ShopConfig(name="tea"), horizon=30))
    newest = rates.iloc[-1]
    last_year = newest["cutoff"] - pd.Timedelta(days=364)
    near = rates[(rates["cutoff"] - last_year).abs() <= pd.Timedelta(days=30)]
    assert len(near) and newest["usual_rate"] == pytest.approx(near["churn_rate"].mean())


def test_last_years_season_may_be_among_the_older_snapshots():
    then, older = snapshots(["2025-08-01", "2025-09-01"]), snapshots(["2025-01-01", "2025-03-01"])
    as_of = pd.Timestamp("2026-01-05")
    assert same_season(then, as_of).empty
    assert sorted(same_season(then, as_of, older)["cutoff"].unique()) == [pd.Timestamp("2025-01-01")]
    assert same_season(older, as_of, then)["cutoff"].unique().tolist() == [pd.Timestamp("2025-01-01")]


def rates_of(*values, customers=2_000, start="2024-12-01", step="30D"):
    return pd.DataFrame(
        {
            "cutoff": pd.date_range(start, periods=len(values), freq=step),
            "customers": customers,
            "churn_rate": values,
        }
    )


def spike(rates):
    from churn_pipeline.monitoring.grades.churn_rates import usual_rate

    rates["usual_rate"] = [usual_rate(rates, c, 45) for c in rates.cutoff]
    return churn_rate_spike(rates, LIMITS)


def test_a_spike_is_told_beyond_limit_season_and_chance():
    assert "45.0 % churned; usually 30.0 %" in spike(rates_of(0.30, 0.30, 0.30, 0.45))[0].sentence
    assert spike(rates_of(0.30, 0.30, 0.30, 0.33)) == []
    assert spike(rates_of(0.30, 0.30, 0.30, 0.45, customers=30)) == []
    december = [0.45, *[0.30] * 11, 0.45]
    assert spike(rates_of(*december)) == []
    assert spike(rates_of(0.45)) == []
