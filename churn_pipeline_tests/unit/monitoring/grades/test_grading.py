"""Grading: the outcome of every receipt, recomputed here in plain pandas, and the measures of a scoring."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import TableVersion, write_table
from churn_pipeline.core.wording import percent
from churn_pipeline.monitoring.grades.grade_sentences import grades_in_words
from churn_pipeline.monitoring.grades.grading import graded_predictions, graded_scorings, labels_changed
from churn_pipeline_tests.builders.ledgers import simulated_ledger

HORIZON = 45
VERSION = TableVersion("run", "version")
DATA_END = datetime(2024, 12, 31)


def receipts(ledger, as_of, run_id="one", horizon=HORIZON):
    """Receipts with made-up probabilities for every customer active at as_of."""
    past = ledger[(ledger.ts < as_of) & (ledger.amount > 0) & ~ledger.is_return]
    last = past.groupby("customer_id").ts.max()
    active = last[last >= as_of - timedelta(days=horizon)].index
    p = np.random.default_rng(3).uniform(0.05, 0.95, len(active))
    return pd.DataFrame(
        {
            "customer_id": active,
            "as_of": pd.Timestamp(as_of),
            "scored_at": pd.Timestamp(as_of),
            "run_id": run_id,
            "model_version": "1",
            "due_at": pd.Timestamp(as_of) + pd.Timedelta(days=horizon),
            "status": "eligible",
            "churn_probability": p,
            "return_probability": 1 - p,
            "risk_tier": np.select([p > 0.7, p > 0.4], ["high", "medium"], "low"),
            "clv": 100.0,
        }
    )


def shop(folder, *scorings, ledger):
    store = ShopStore(folder)
    store.write("transactions", ledger, "run")
    store.write("score_history", pd.concat(scorings, ignore_index=True), "run")
    return store


def churned_by_hand(ledger, customers, as_of, horizon=HORIZON):
    orders = ledger[(ledger.amount > 0) & ~ledger.is_return]
    inside = orders[(orders.ts >= as_of) & (orders.ts < as_of + timedelta(days=horizon))]
    return (~customers.isin(inside.customer_id)).astype(int)


def test_outcome_agrees_with_the_ledger(tmp_path):
    ledger, as_of = simulated_ledger(), datetime(2024, 9, 1)
    graded = graded_predictions(shop(tmp_path, receipts(ledger, as_of), ledger=ledger))
    assert set(graded.outcome) == {"known"}
    assert graded.churned.tolist() == churned_by_hand(ledger, graded.customer_id, as_of).tolist()
    assert 0 < graded.churned.mean() < 1


def test_one_day_before_it_is_due_nothing_is_said(tmp_path):
    ledger = simulated_ledger()
    data_end = (ledger.ts.max().normalize() + pd.Timedelta(days=1)).to_pydatetime()
    due, early = data_end - timedelta(days=HORIZON), data_end - timedelta(days=HORIZON - 1)
    store = shop(tmp_path, receipts(ledger, due, "due"), receipts(ledger, early, "early"), ledger=ledger)
    graded = graded_predictions(store)
    outcomes = graded.groupby("run_id").outcome.unique()
    assert outcomes["due"].tolist() == ["known"]
    assert outcomes["early"].tolist() == ["not_yet_known"]
    scorings = graded_scorings(graded).set_index("run_id")
    assert scorings.loc["early", ["churn_rate", "roc_auc", "log_loss", "clv_of_churners"]].isna().all()
    assert scorings.loc["early", "expected_churn_rate"] == pytest.approx(
        graded[graded.run_id == "early"].churn_probability.mean()
    )


def test_each_receipt_keeps_its_own_horizon(tmp_path):
    ledger, as_of = simulated_ledger(), datetime(2024, 8, 1)
    store = shop(
        tmp_path, receipts(ledger, as_of, "short", 30), receipts(ledger, as_of, "long", 90), ledger=ledger
    )
    graded = graded_predictions(store)
    for run, horizon in (("short", 30), ("long", 90)):
        rows = graded[graded.run_id == run]
        assert rows.churned.tolist() == churned_by_hand(ledger, rows.customer_id, as_of, horizon).tolist()


def test_measures_of_a_scoring(tmp_path):
    ledger, as_of = simulated_ledger(), datetime(2024, 9, 1)
    graded = graded_predictions(shop(tmp_path, receipts(ledger, as_of), ledger=ledger))
    scoring = graded_scorings(graded).iloc[0]
    y, p = graded.churned.astype(int), graded.churn_probability
    assert scoring.graded == len(graded)
    assert scoring.churn_rate == pytest.approx(y.mean())
    pairs = p[y == 1].to_numpy()[:, None] > p[y == 0].to_numpy()[None, :]
    assert scoring.roc_auc == pytest.approx(pairs.mean())
    assert scoring.log_loss == pytest.approx(-np.log(np.where(y == 1, p, 1 - p)).mean())
    assert scoring.high_churn_rate == pytest.approx(y[p > 0.7].mean())
    assert scoring.expected_clv_of_churners == pytest.approx(100 * p.sum())
    assert scoring.clv_of_churners == 100 * y.sum()
    assert scoring.clv_of_churners_flagged == 100 * y[p > 0.4].sum()


def test_a_customer_whose_orders_were_taken_back_is_not_graded(tmp_path):
    ledger, as_of = simulated_ledger(), datetime(2024, 9, 1)
    scored = receipts(ledger, as_of)
    gone = scored.customer_id.iloc[0]
    graded = graded_predictions(shop(tmp_path, scored, ledger=ledger[ledger.customer_id != gone]))
    assert graded.set_index("customer_id").outcome[gone] == "not_in_ledger"
    assert graded_scorings(graded).iloc[0].graded == len(scored) - 1


def test_labels_that_a_corrected_ledger_changed_are_counted(tmp_path):
    ledger, as_of = simulated_ledger(), datetime(2024, 9, 1)
    store = shop(tmp_path, receipts(ledger, as_of), ledger=ledger)
    first = graded_predictions(store)
    assert labels_changed(store, first) == 0
    store.write("graded_predictions", first, "run")
    assert labels_changed(store, graded_predictions(store)) == 0
    stayed = first.loc[first.churned == 0, "customer_id"].iloc[:3]
    store.write("transactions", ledger[~(ledger.customer_id.isin(stayed) & (ledger.ts >= as_of))], "run")
    corrected = graded_predictions(store)
    assert corrected.churned.sum() == first.churned.sum() + 3
    assert labels_changed(store, corrected) == 3


def test_all_of_one_outcome_has_no_auc(tmp_path):
    ledger, as_of = simulated_ledger(), datetime(2024, 9, 1)
    last = ledger[ledger.ts < as_of]
    end = last.iloc[[0]].assign(
        customer_id="someone else",
        order_id="last",
        ts=pd.Timestamp(DATA_END),
        amount=5.0,
        is_return=False,
        quantity=1.0,
    )
    graded = graded_predictions(shop(tmp_path, receipts(ledger, as_of), ledger=pd.concat([last, end])))
    scoring = graded_scorings(graded).iloc[0]
    assert scoring.churn_rate == 1
    assert np.isnan(scoring.roc_auc)


def test_tables_can_be_written_and_an_unscored_shop_is_told_so(tmp_path):
    ledger = simulated_ledger(customers=60)
    graded = graded_predictions(shop(tmp_path, receipts(ledger, datetime(2024, 9, 1)), ledger=ledger))
    assert write_table(tmp_path, "graded_predictions", graded, VERSION).rows == len(graded)
    assert write_table(tmp_path, "graded_scorings", graded_scorings(graded), VERSION).rows == 1
    (tmp_path / "score_history.parquet").unlink()
    with pytest.raises(NotFound, match="score_history"):
        graded_predictions(ShopStore(tmp_path))


def test_the_words_give_what_happened_and_what_is_still_open_in_80_columns(tmp_path):
    ledger = simulated_ledger()
    past, recent = (
        receipts(ledger, datetime(2024, 9, 1)),
        receipts(ledger, datetime(2024, 12, 20), run_id="two"),
    )
    scorings = graded_scorings(graded_predictions(shop(tmp_path, past, recent, ledger=ledger)))
    words = grades_in_words(scorings, "EUR")
    first = scorings.iloc[0]
    assert percent(first["churn_rate"], 1) in words and f"{first['roc_auc']:.3f}" in words and "EUR" in words
    assert f"high   {first['high_customers']:>7,} customers" in words
    assert "known from 2025-02-03 on" in words
    assert max(map(len, words.splitlines())) <= 80
    assert "No scoring's horizon has passed yet." in grades_in_words(scorings.iloc[1:])
