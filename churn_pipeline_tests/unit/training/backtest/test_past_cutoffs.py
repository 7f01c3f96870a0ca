"""The backtest: where its origins lie, what it may read, and its report."""

from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.store import TableVersion, conform, read_table, write_table
from churn_pipeline.core.tables import TRANSACTIONS
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.training.backtest.backtest_report import (
    backtest_document,
    backtest_in_words,
    keep_backtest,
)
from churn_pipeline.training.backtest.past_cutoffs import backtest_rows, ece_of_chance, plan_origins
from churn_pipeline.training.lifecycle.registry import init_mlflow
from churn_pipeline_tests.builders.ledgers import simulated_ledger
from churn_pipeline_tests.builders.shop_runs import shop_run

START = datetime(2024, 1, 1)


def test_origins_lie_a_horizon_apart_where_the_history_allows():
    plan = plan_origins(START, START + timedelta(days=500), 30, 4, 24)
    gaps = {b - a for a, b in zip(plan.origins, plan.origins[1:], strict=False)}
    assert plan.origins[-1] == START + timedelta(days=470) and gaps == {timedelta(days=35)}
    for origin in plan.origins:
        own = [c for c in plan.training if c <= origin - timedelta(days=30)]
        assert len(own) >= 24 and own[-1] == origin - timedelta(days=30)


def test_every_origin_knows_the_level_of_older_cutoffs_that_it_does_not_train_on():
    plan = plan_origins(START, START + timedelta(days=900), 30, 4, 24)
    for origin in plan.origins:
        own = [c for c in plan.training if c <= origin - timedelta(days=30)][-24:]
        older = plan.level_of(own)
        assert 5 <= len(older) <= 13 and max(older) < own[0]
        assert min(abs(c - (origin - timedelta(days=364))) for c in older) <= timedelta(days=30)
        assert all(a - b >= timedelta(days=28) for a, b in pairwise([own[0], *older]))


def test_origins_move_closer_in_a_short_history():
    plan = plan_origins(START, START + timedelta(days=125), 30, 4, 24)
    assert len(plan.origins) == 4 and plan.training[0] >= START + timedelta(days=30)
    assert plan.training[0] <= plan.origins[0] - timedelta(days=30)


def test_a_history_that_is_too_short_is_refused():
    with pytest.raises(BadInput, match="the orders cover 100 days, and 111 are needed"):
        plan_origins(START, START + timedelta(days=100), 30, 4, 24)


def test_true_probabilities_show_the_calibration_error_of_chance():
    p = np.random.default_rng(0).random(2_000)
    assert 0.01 < ece_of_chance(p, 1) < 0.04
    assert ece_of_chance(p[:200], 1) > ece_of_chance(p, 1)


@pytest.fixture(scope="module")
def shop(settings):
    config = ShopConfig(name="past", models=("logistic_regression", "lightgbm"))
    folder = settings.shops_dir / config.name
    folder.mkdir(parents=True)
    ledger = simulated_ledger(customers=150, days=330, seed=5)
    write_table(folder, "transactions", conform(TRANSACTIONS.name, ledger), TableVersion("r", "v"))
    return config, folder


@pytest.fixture(scope="module")
def rows(shop, settings):
    return backtest_rows(shop_run(shop[1], shop[0], 30, settings), 4)


def test_the_report_holds_every_model_at_every_cutoff(shop, settings, rows):
    folder = shop[1]
    init_mlflow(settings)
    assert rows.groupby("cutoff")["is_champion"].sum().tolist() == [1, 1, 1, 1]
    assert set(rows["model"]) == {"logistic_regression", "lightgbm", "blend", "hiatus", "bg_nbd"}
    document = keep_backtest(shop_run(folder, shop[0], 30, settings), rows)
    assert document == backtest_document("past", 30, rows)
    chosen = rows[rows["is_champion"]]
    assert document["summary"]["models"]["champion"]["log_loss"]["mean"] == pytest.approx(
        chosen["log_loss"].mean()
    )
    assert document["summary"]["models"]["champion"]["log_loss"]["sd"] == pytest.approx(
        chosen["log_loss"].std()
    )
    assert len(read_table(folder, "backtest")) == 20
    assert "bg_nbd" in backtest_in_words(document)


def test_nothing_after_an_origin_changes_what_was_chosen_there(shop, settings, rows, tmp_path):
    config, folder = shop
    ledger = read_table(folder, "transactions")
    oldest = rows["cutoff"].min()
    known = ledger["ts"] < oldest + pd.Timedelta(days=30)
    rng = np.random.default_rng(0)
    later = ledger[~known].assign(amount=lambda d: np.abs(d["amount"]) * rng.uniform(0.1, 9, len(d)))
    other = settings.model_copy(update={"home": tmp_path})
    changed = tmp_path / "past"
    changed.mkdir()
    write_table(
        changed,
        "transactions",
        conform(TRANSACTIONS.name, pd.concat([ledger[known], later])),
        TableVersion("r", "v"),
    )
    again = backtest_rows(shop_run(changed, config, 30, other), 4)
    columns = ["model", "is_champion", "roc_auc", "log_loss", "ece"]
    pd.testing.assert_frame_equal(
        rows.loc[rows["cutoff"] == oldest, columns], again.loc[again["cutoff"] == oldest, columns]
    )
