"""The definitions as a product: nothing changes unnoticed; all is described, owned and per shop; they load
without heavy libraries."""

import subprocess
import sys

from churn_pipeline.orchestration.definitions import build_defs
from churn_pipeline_tests.unit.orchestration.graph import GRAPH_FILE, graph_text

definitions = build_defs()
BLOCKING = {
    *(
        "required_columns",
        "customer_id_complete",
        "customer_id_is_text",
        "date_complete",
        "dates_are_times",
        "no_future_dates",
    ),
    *("amount_complete", "amounts_are_numbers", "minimum_customers", "minimum_history", "minimum_rows"),
}
"""What has to stop a run: data that cannot be read as transactions, and too little of it."""
HEAVY = (
    "pandas",
    "numpy",
    "sklearn",
    "mlflow",
    "shap",
    "duckdb",
    "pyarrow",
    "great_expectations",
    "matplotlib",
    "scipy",
    "lightgbm",
    "xgboost",
    "optuna",
    "sqlglot",
    "sqlalchemy",
    "httpx",
    "jinja2",
    "babel",
)


def test_the_graph_is_the_one_that_was_agreed_upon():
    renew = "if the change is meant: python -m churn_pipeline_tests.unit.orchestration.graph"
    assert graph_text() == GRAPH_FILE.read_text(encoding="utf-8"), renew


def test_every_asset_is_described_owned_and_per_shop():
    assets = definitions.resolve_asset_graph()
    for node in (assets.get(key) for key in assets.get_all_asset_keys()):
        assert node.description and node.owners and node.kinds, node.key
        assert node.partitions_def is not None and node.partitions_def.name == "shops", node.key
        assert len(node.description) < 200, node.key


def test_every_asset_fails_in_words():
    for definition in definitions.get_repository_def().assets_defs_by_key.values():
        function = definition.op.compute_fn.decorated_fn
        assert hasattr(function, "__wrapped__"), f"{definition.op.name} lacks @failing_in_words"


def test_groups_are_numbered_in_the_order_of_the_data():
    assets = definitions.resolve_asset_graph()
    group = {key: assets.get(key).group_name for key in assets.get_all_asset_keys()}
    assert all(group[parent] <= group[key] for key in group for parent in assets.get(key).parent_keys)


def test_every_check_is_per_shop_and_says_what_to_do():
    assets = definitions.resolve_asset_graph()
    specs = [assets.get_check_spec(key) for key in assets.asset_check_keys]
    assert len(specs) > 30
    for spec in specs:
        assert spec.description and spec.description.endswith("."), spec.name
        assert spec.partitions_def is not None, spec.name
    assert {spec.name for spec in specs if spec.blocking} == BLOCKING
    assert {spec.name for spec in specs if "stops the run" in spec.description} == BLOCKING


def test_every_job_schedule_and_sensor_is_described():
    repository = definitions.get_repository_def()
    jobs = [job for job in repository.get_all_jobs() if not job.name.startswith("__")]
    for definition in (*jobs, *repository.schedule_defs, *repository.sensor_defs):
        assert definition.description, definition.name


def test_definitions_load_without_heavy_libraries():
    script = (
        f"import sys, churn_pipeline.orchestration.code_location; "
        f"print([m for m in {HEAVY} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
