"""What the catalogue shows of a table's columns: their meaning, and columns that there are as where they come
from."""

import dagster as dg
import pandas as pd
import pytest

from churn_pipeline.core.store import conform
from churn_pipeline.core.tables import TABLES
from churn_pipeline.features.catalogue import CATALOGUE
from churn_pipeline.orchestration.definitions import build_defs
from churn_pipeline.orchestration.metadata.column_lineage import column_lineage, column_schema


@pytest.fixture
def snapshots():
    names = [f.name for f in CATALOGUE[:3]]
    row = {
        "customer_id": "a",
        "cutoff": pd.Timestamp("2024-01-01"),
        "split": "train",
        "fold": 0,
        "churned": 1,
    }
    return conform("training_snapshots", pd.DataFrame([row | dict.fromkeys(names, 1.0)]))


def test_columns_carry_their_own_tables_meaning_and_where_they_come_from(snapshots):
    columns = {c.name: c for c in column_schema(snapshots.schema).columns}
    assert columns["churned"].description == "label: 1 when no order in [cutoff, cutoff + H)"
    assert all(c.description for c in columns.values())
    lineage = column_lineage("training_snapshots", snapshots.column_names)
    assert lineage is not None
    sources = {
        name: [(d.asset_key.to_user_string(), d.column_name) for d in deps]
        for name, deps in lineage.deps_by_column.items()
    }
    assert sources["customer_id"] == [("transactions", "customer_id")]
    assert sources["days_since_last_purchase"] == [("transactions", "ts")]


# written beside the assets' graph: by commands, or with the ledger
NOT_ASSETS = {
    "advice_backtest",
    "backtest",
    "campaign_members",
    "contact_history",
    "do_not_contact",
    "rejected_rows",
    "uploads",
    "contacts",
}
WITH_LINEAGE = [name for name, table in TABLES.items() if column_lineage(name, table.schema.names)]


def test_every_table_that_a_run_writes_is_an_asset():
    keys = {key.to_user_string() for key in build_defs().resolve_asset_graph().get_all_asset_keys()}
    assert set(TABLES) - NOT_ASSETS <= keys


@pytest.mark.parametrize("name", WITH_LINEAGE)
def test_the_lineage_of_a_table_names_columns_that_there_are(name):
    lineage = column_lineage(name, TABLES[name].schema.names)
    assert lineage is not None
    keys = build_defs().resolve_asset_graph().get_all_asset_keys()
    assert dg.AssetKey(name) in keys
    for dep in (d for deps in lineage.deps_by_column.values() for d in deps):
        assert dep.asset_key in keys
        assert dep.column_name in TABLES[dep.asset_key.to_user_string()].schema.names
