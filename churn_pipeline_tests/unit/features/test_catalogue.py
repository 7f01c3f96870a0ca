"""The catalogue agrees with the SQL, says what it has to say, and the documentation is what it generates."""

import ast
import re
from pathlib import Path

import pytest
from sqlglot import exp, parse_one

import churn_pipeline.features.templates as templates
import churn_pipeline_tests.builders as builders
from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.tables import SNAPSHOT_KEYS
from churn_pipeline.features.catalogue import CATALOGUE, FACTORS, feature
from churn_pipeline.features.document import features_document
from churn_pipeline.features.lineage import source_columns
from churn_pipeline.features.purchase_features import NAMES
from churn_pipeline.features.purchases import NEEDS
from churn_pipeline.features.sources import SOURCES_FILE, sources_text
from churn_pipeline.features.templates import SQL_FOLDER

REPOSITORY = Path(__file__).parents[3]
SPECIFIED = """
    days_since_last_purchase total_purchase_count average_order_value total_lifetime_spend
    days_since_first_purchase purchase_velocity
    avg_days_between_purchases trend_last_3_months trend_last_6_months number_of_product_categories
    percent_repeat_products
    weekend_purchase_ratio evening_purchase_ratio months_active longest_gap_between_purchases
    consistency_score seasonality_preference
    percentile_rank_by_spend customer_lifetime_value_estimate average_items_per_transaction
    discount_usage_rate
""".split()  # noqa: SIM905


def test_the_specification_is_covered() -> None:
    assert set(SPECIFIED) <= {f.name for f in CATALOGUE}


def test_every_computed_column_is_a_catalogued_feature_and_the_other_way_round() -> None:
    computed = {
        n
        for family in templates.FAMILIES
        for n in templates.expressions(family)
        if not n.startswith(("model_", "base_"))
    }
    names = [f.name for f in CATALOGUE]
    assert set(names) == computed | set(NAMES)
    assert len(names) == len(set(names))
    assert not set(names) & set(SNAPSHOT_KEYS)


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda f: f.name)
def test_entries_are_complete(entry) -> None:
    assert re.fullmatch("[a-z][a-z0-9_]*", entry.name)
    assert all((entry.sql, entry.unit, entry.meaning, entry.label, entry.null_means))
    assert entry.factor in FACTORS
    assert set(entry.needs) <= set(NEEDS)
    assert source_columns(entry.name)


def test_labels_are_unique() -> None:
    assert len({f.label for f in CATALOGUE}) == len(CATALOGUE)


def test_lineage_goes_back_to_the_ledger() -> None:
    assert source_columns("days_since_last_purchase") == ("ts",)
    assert source_columns("spend_last_30_days") == ("ts", "amount")
    assert {"product"} <= set(source_columns("number_of_products"))
    assert {"category"} <= set(source_columns("favorite_category_share"))
    assert {"discount"} <= set(source_columns("discount_usage_trend"))
    assert "amount" not in source_columns("bg_nbd_churn_probability")


def test_modelled_features_are_formulas_of_the_model_inputs() -> None:
    inputs = set(templates.expressions("purchase_model"))
    for name in NAMES:
        used = {n.id for n in ast.walk(ast.parse(feature(name).sql)) if isinstance(n, ast.Name)}
        assert used & inputs


def test_an_unknown_feature_is_named() -> None:
    with pytest.raises(NotFound, match="no_such_feature"):
        feature("no_such_feature")


def test_the_documentation_is_up_to_date() -> None:
    assert (REPOSITORY / "docs" / "FEATURES.md").read_text(encoding="utf-8") == features_document()


def test_the_stored_sources_are_up_to_date() -> None:
    assert SOURCES_FILE.read_text(encoding="utf-8") == sources_text()


SPARK_FUNCTIONS = set(
    (Path(builders.__file__).parent / "spark_functions.txt").read_text(encoding="utf-8").split()
)
"""Names that Spark SQL 3.4 has, as functions or before a parenthesis."""
NOT_CALLED = {"from", "as", "over", "and", "or", "except", "group"}


def unknown_to_spark(duckdb_sql: str) -> set[str]:
    """Functions in the Spark form of a statement that Spark does not have."""
    text = parse_one(duckdb_sql, dialect="duckdb").sql(dialect="spark", comments=False)
    return (
        {name.lower() for name in re.findall(r"\b([A-Za-z_]\w*)\s*\(", text)} - SPARK_FUNCTIONS - NOT_CALLED
    )


@pytest.mark.parametrize("file", sorted(SQL_FOLDER.glob("*.sql")), ids=lambda file: file.stem)
def test_every_template_is_understood_by_spark(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    tree = parse_one(text, dialect="duckdb")
    spark = parse_one(tree.sql(dialect="spark"), dialect="spark")
    assert not list(spark.find_all(exp.Command))
    assert [p.alias_or_name for p in spark.selects] == [p.alias_or_name for p in tree.selects]
    assert unknown_to_spark(text) == set()


@pytest.mark.parametrize(
    "only_duckdb", ["getvariable('horizon')", "to_microseconds(1)", "to_days(3)", "list_aggregate(x, 'sum')"]
)
def test_what_duckdb_alone_has_is_found(only_duckdb: str) -> None:
    assert unknown_to_spark(f"SELECT {only_duckdb} AS y FROM history") == {only_duckdb.partition("(")[0]}
