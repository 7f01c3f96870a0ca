"""The definitions as a product: nothing changes unnoticed; all is described, owned and per shop; they load without heavy libraries."""

import subprocess
import sys

import dagster as dg
import pandas as pd
import pytest

from churn_pipeline.features.catalogue import CATALOGUE
from churn_pipeline.orchestration.columns import column_lineage, column_schema
from churn_pipeline.orchestration.definitions import definitions
from churn_pipeline.schemas import TABLES
from churn_pipeline.storage import conform
from churn_pipeline_tests.unit.orchestration.graph import GRAPH_FILE, graph_text

HEAVY = ("pandas", "numpy", "sklearn", "mlflow", "shap", "duckdb", "pyarrow", "great_expectations", "matplotlib", "lightgbm", "xgboost")


def test_the_graph_is_the_one_that_was_agreed_upon():
    renew = "if the change is meant: python -m churn_pipeline_tests.unit.orchestration.graph"
    assert graph_text() == GRAPH_FILE.read_text(encoding="utf-8"), renew


def test_every_asset_is_described_owned_and_per_shop():
    assets = definitions.resolve_asset_graph()
    for node in (assets.get(key) for key in assets.get_all_asset_keys()):
        assert node.description and node.owners and node.kinds, node.key
        assert node.partitions_def is not None and node.partitions_def.name == "shops", node.key
        assert len(node.description) < 200, node.key


def test_groups_are_numbered_in_the_order_of_the_data():
    assets = definitions.resolve_asset_graph()
    group = {key: assets.get(key).group_name for key in assets.get_all_asset_keys()}
    assert all(group[parent] <= group[key] for key in group for parent in assets.get(key).parent_keys)


def test_every_check_is_per_shop_and_says_what_to_do():
    assets = definitions.resolve_asset_graph()
    specs = [assets.get_check_spec(key) for key in assets.asset_check_keys]
    assert len(specs) > 30
    for spec in specs:
        assert spec.partitions_def is not None, spec.name
        assert spec.description and spec.description.endswith("."), spec.name
        assert spec.blocking == ("stops the run" in spec.description)


def test_every_job_schedule_and_sensor_is_described():
    repository = definitions.get_repository_def()
    jobs = [job for job in repository.get_all_jobs() if not job.name.startswith("__")]
    for definition in (*jobs, *repository.schedule_defs, *repository.sensor_defs):
        assert definition.description, definition.name


def test_definitions_load_without_heavy_libraries():
    script = f"import sys, churn_pipeline.orchestration.definitions; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def snapshots():
    names = [f.name for f in CATALOGUE[:3]]
    row = {"customer_id": "a", "cutoff": pd.Timestamp("2024-01-01"), "split": "train", "fold": 0, "churned": 1}
    return conform("training_snapshots", pd.DataFrame([row | dict.fromkeys(names, 1.0)]))


def test_columns_carry_their_own_tables_meaning_and_where_they_come_from(snapshots):
    columns = {c.name: c for c in column_schema(snapshots).columns}
    assert columns["churned"].description == "label: 1 when no order in [cutoff, cutoff + H)"
    assert all(c.description for c in columns.values())
    lineage = column_lineage("training_snapshots", snapshots)
    assert lineage is not None
    sources = {name: [(d.asset_key.to_user_string(), d.column_name) for d in deps] for name, deps in lineage.deps_by_column.items()}
    assert sources["customer_id"] == [("transactions", "customer_id")]
    assert sources["days_since_last_purchase"] == [("transactions", "ts")]


@pytest.mark.parametrize("name", ["customer_scores", "customer_value", "graded_predictions", "test_predictions", "shap_values"])
def test_the_lineage_of_a_table_names_columns_that_there_are(name):
    empty = TABLES[name].schema.empty_table()
    lineage = column_lineage(name, empty)
    assert lineage is not None
    written_by = {"test_predictions": "model_comparison"}
    keys = definitions.resolve_asset_graph().get_all_asset_keys()
    assert dg.AssetKey(written_by.get(name, name)) in keys
    for dep in (d for deps in lineage.deps_by_column.values() for d in deps):
        assert dep.asset_key in keys
        assert dep.column_name in TABLES[dep.asset_key.to_user_string()].schema.names
