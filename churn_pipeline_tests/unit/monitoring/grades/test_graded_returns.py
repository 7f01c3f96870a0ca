"""Return probabilities graded by status, recomputed here by hand."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import TableVersion, conform, write_table
from churn_pipeline.core.tables import GRADED_RETURNS
from churn_pipeline.monitoring.grades.graded_returns import graded_returns
from churn_pipeline.monitoring.grades.grading import graded_predictions, graded_scorings
from churn_pipeline_tests.builders.ledgers import simulated_ledger

HORIZON, VERSION = 45, TableVersion("run", "version")


@pytest.fixture(scope="module")
def ledger():
    return simulated_ledger(customers=200)


def receipts(ledger, as_of, run_id="one"):
    """A receipt of everybody with an order before as_of, with made-up chances."""
    past = ledger[(ledger.ts < as_of) & (ledger.amount > 0) & ~ledger.is_return]
    seen = past.groupby("customer_id").agg(last=("ts", "max"), orders=("order_id", "nunique"))
    lapsed = seen["last"] < as_of - timedelta(days=HORIZON)
    status = np.where(lapsed, "lapsed", np.where(seen["orders"] < 2, "new", "eligible"))
    chance = np.random.default_rng(3).uniform(0.05, 0.95, len(seen))
    return pd.DataFrame(
        {
            "customer_id": seen.index,
            "as_of": pd.Timestamp(as_of),
            "scored_at": pd.Timestamp(as_of),
            "run_id": run_id,
            "model_version": "1",
            "due_at": pd.Timestamp(as_of) + pd.Timedelta(days=HORIZON),
            "status": status,
            "churn_probability": np.where(status == "eligible", 1 - chance, np.nan),
            "return_probability": chance,
            "risk_tier": np.where(status == "eligible", "low", None),
            "clv": 100.0,
        }
    )


def graded(folder, ledger, *scorings):
    write_table(folder, "transactions", ledger, VERSION)
    write_table(folder, "score_history", pd.concat(scorings, ignore_index=True), VERSION)
    return graded_predictions(ShopStore(folder))


def test_every_status_is_graded_against_the_ledger(tmp_path, ledger):
    as_of = datetime(2024, 9, 1)
    given = receipts(ledger, as_of)
    found = graded_returns(graded(tmp_path, ledger, given)).set_index("status")
    conform(GRADED_RETURNS.name, found.reset_index())
    orders = ledger[(ledger.amount > 0) & ~ledger.is_return]
    inside = orders[(orders.ts >= as_of) & (orders.ts < as_of + timedelta(days=HORIZON))]
    assert set(found.index) == {"eligible", "lapsed", "new"}
    for status, rows in given.groupby("status"):
        came = rows.customer_id.isin(inside.customer_id).to_numpy()
        p = rows.return_probability.to_numpy()
        assert found.loc[status, "graded"] == found.loc[status, "customers"] == len(rows)
        assert found.loc[status, "return_rate"] == pytest.approx(came.mean())
        assert found.loc[status, "expected_return_rate"] == pytest.approx(p.mean())
        loss = -np.where(came, np.log(p), np.log(1 - p)).mean()
        assert found.loc[status, "log_loss"] == pytest.approx(loss)
    assert 0 < found.loc["lapsed", "return_rate"] < found.loc["eligible", "return_rate"] < 1


def test_figures_of_churn_are_those_of_the_eligible_alone(tmp_path, ledger):
    rows = graded(tmp_path, ledger, receipts(ledger, datetime(2024, 9, 1)))
    scorings, returns = graded_scorings(rows), graded_returns(rows).set_index("status")
    assert scorings["customers"].tolist() == [returns.loc["eligible", "customers"]]
    assert scorings["churn_rate"].iloc[0] == pytest.approx(1 - returns.loc["eligible", "return_rate"])
    assert scorings["log_loss"].iloc[0] == pytest.approx(returns.loc["eligible", "log_loss"])


def test_before_they_are_due_nothing_is_said(tmp_path, ledger):
    early = receipts(ledger, datetime(2024, 12, 1), "early")
    found = graded_returns(graded(tmp_path, ledger, early))
    assert set(found["outcome"]) == {"not_yet_known"}
    assert found["return_rate"].isna().all() and (found["graded"] == 0).all()
    assert found["expected_return_rate"].notna().all()
