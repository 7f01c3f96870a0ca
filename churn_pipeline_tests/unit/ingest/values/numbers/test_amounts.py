"""Numbers written in any of many ways come back as what was written."""

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn_pipeline.core.errors import BadInput
from churn_pipeline.ingest.files.raw import Origin, RawTable, numbered
from churn_pipeline.ingest.values.cells import CELLS, register_cells
from churn_pipeline.ingest.values.numbers.amounts import number_sql, read_shapes
from churn_pipeline.shop.config import ColumnField


def registered(connection: duckdb.DuckDBPyConnection, field: ColumnField, texts: list[str]):
    raw = RawTable(numbered({"column": pa.chunked_array([pa.array(texts, pa.string())])}), Origin("csv"))
    return register_cells(connection, raw, {field: "column"})[field]


def numbers_of(texts: list[str]) -> list[float | None]:
    with duckdb.connect() as connection:
        column = registered(connection, ColumnField.AMOUNT, texts)
        sql = number_sql(column, read_shapes(column.shapes, "column"))
        return [v for (v,) in connection.execute(f"SELECT {sql} FROM {CELLS}").fetchall()]


cents = st.lists(st.integers(-(10**11), 10**11), min_size=1, max_size=20)
separators = st.sampled_from(
    [
        (".", ""),
        (".", ","),
        (",", ""),
        (",", "."),
        (",", " "),
        (",", "\u00a0"),
        (",", "\u202f"),
        (".", "'"),
        (".", "’"),
    ]
)
wraps = st.sampled_from(["{}", "€{}", "{} €", "$ {}", "{} kr", "EUR {}", "{} USD", "CHF {}", "£{}", "{}zł"])
negatives = st.sampled_from(["-{}", "({})", "{}-", "−{}"])


@settings(max_examples=80, deadline=None)
@given(cents, separators, wraps, negatives)
def test_amounts_with_two_decimals_read_back(values, separator, wrap, negative):
    decimal, group = separator

    def written(value: int) -> str:
        whole = f"{abs(value) // 100:,}".replace(",", group)
        text = wrap.format(f"{whole}{decimal}{abs(value) % 100:02d}")
        return negative.format(text) if value < 0 else text

    assert numbers_of([written(v) for v in values]) == pytest.approx([v / 100 for v in values], rel=1e-12)


@pytest.mark.parametrize(
    ("written", "value"),
    [("12,-", 12), ("CHF 1'200.—", 1200), ("-5,--", -5), ("12.- €", 12), ("12,50-", -12.5)],
)
def test_a_dash_for_no_cents_takes_nothing_back(written: str, value: float):
    assert numbers_of([written]) == [value]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.floats(allow_nan=False, allow_infinity=False, width=64, min_value=-1e12, max_value=1e12),
        min_size=1,
        max_size=20,
    )
)
def test_python_floats_read_back_or_are_asked_about(values):
    try:
        assert numbers_of([repr(v) for v in values]) == values
    except BadInput as question:
        assert "thousands or three decimals" in str(question)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=10))
def test_no_text_breaks_the_reading_of_numbers(texts):
    try:
        assert len(numbers_of(texts)) == len(texts)
    except BadInput as question:
        assert "thousands or three decimals" in str(question)
