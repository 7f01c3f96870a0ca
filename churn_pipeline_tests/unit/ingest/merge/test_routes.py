"""Exports of one true history, delivered in any order: the ledger is what they amount to, whatever the
route."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_table
from churn_pipeline.ingest.ledger.publish_ledger import publish_staged
from churn_pipeline.ingest.stage import stage_uploads
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import shop_folder
from churn_pipeline_tests.builders.true_histories import (
    COLUMNS,
    Export,
    expected_ledger,
    history_of_orders,
    history_of_rows,
)

SHOP = "corner"
SEEDS = st.integers(0, 2**32 - 1)
QUIET = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


def delivered(exports: list[Export], rng: np.random.Generator) -> pd.DataFrame:
    """The ledger after the exports came in a random order, one by one or several at once."""
    with tempfile.TemporaryDirectory() as home:
        installed, turns = Settings(home=Path(home)), rng.permutation(len(exports))
        for turn in turns:
            file = exports[turn].write(Path(home) / f"{turn}.csv", rng)
            config, mapping = ShopConfig(name=SHOP, date_format=None), exports[turn].mapping()
            # as it is: so few rows can differ from the shop's usual amount by chance
            stage_uploads(
                installed, config, [file], mapping=mapping, exact_mapping=True, as_it_is=True, run_id="run"
            )
            publish_staged(installed, SHOP, "run")
        return read_table(shop_folder(installed, SHOP), "transactions")


def plain(ledger: pd.DataFrame) -> list[tuple[str, ...]]:
    return sorted(
        tuple(str(v) if v == v and v is not None else "-" for v in row)
        for row in ledger[COLUMNS].itertuples(index=False)
    )


def assert_route_does_not_matter(exports: list[Export], rng: np.random.Generator) -> None:
    exports = [e for e in exports if len(e.rows)]
    assert plain(delivered(exports, rng)) == plain(expected_ledger(exports))


@given(SEEDS)
@settings(QUIET, max_examples=12, derandomize=True)  # the slow ones look for new histories at every run
def test_orders_that_change(seed):
    rng = np.random.default_rng(seed)
    assert_route_does_not_matter(history_of_orders(rng), rng)


@given(SEEDS)
@settings(QUIET, max_examples=12, derandomize=True)  # the slow ones look for new histories at every run
def test_rows_with_and_without_order_ids(seed):
    rng = np.random.default_rng(seed)
    assert_route_does_not_matter(history_of_rows(rng), rng)


@pytest.mark.slow
@given(SEEDS)
@settings(QUIET, max_examples=200)
def test_many_orders_that_change(seed):
    rng = np.random.default_rng(seed)
    assert_route_does_not_matter(history_of_orders(rng), rng)


@pytest.mark.slow
@given(SEEDS)
@settings(QUIET, max_examples=200)
def test_many_rows_with_and_without_order_ids(seed):
    rng = np.random.default_rng(seed)
    assert_route_does_not_matter(history_of_rows(rng), rng)
