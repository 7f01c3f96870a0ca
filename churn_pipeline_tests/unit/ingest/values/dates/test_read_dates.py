"""Dates written in any of many ways come back as what was written."""

from datetime import datetime

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn_pipeline.core.errors import BadInput
from churn_pipeline.ingest.files.raw import Origin, RawTable, numbered
from churn_pipeline.ingest.values.cells import CELLS, register_cells
from churn_pipeline.ingest.values.dates.date_sql import local_sql
from churn_pipeline.ingest.values.dates.read_dates import read_dates
from churn_pipeline.shop.config import ColumnField


def registered(connection: duckdb.DuckDBPyConnection, field: ColumnField, texts: list[str]):
    raw = RawTable(numbered({"column": pa.chunked_array([pa.array(texts, pa.string())])}), Origin("csv"))
    return register_cells(connection, raw, {field: "column"})[field]


def dates_of(texts: list[str], date_format: str | None = None) -> list[datetime | None]:
    with duckdb.connect() as connection:
        column = registered(connection, ColumnField.DATE, texts)
        reading = read_dates(connection, CELLS, column, date_format)
        return [v for (v,) in connection.execute(f"SELECT {local_sql(reading)} FROM {CELLS}").fetchall()]


DATE_FORMATS = [
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d-%m-%y",
    "%m-%d-%y",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d %b %Y",
    "%B %d, %Y",
    "%d-%b-%y",
]
TIME_FORMATS = ["", " %H:%M", " %H:%M:%S", "T%H:%M:%S", " %I:%M %p", " %H:%M:%S.%f"]
moments = st.datetimes(datetime(1995, 1, 1), datetime(2025, 12, 31, 23, 59))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(moments, min_size=1, max_size=15), st.sampled_from(DATE_FORMATS), st.sampled_from(TIME_FORMATS)
)
def test_dates_are_read_right_or_asked_about(times, day, clock):
    date_format = day + clock
    written = [t.strftime(date_format) for t in times]
    truth = [datetime.strptime(w, date_format) for w in written]
    try:
        assert dates_of(written) == truth
    except BadInput as question:
        assert "--date-format" in str(question) or "one date format" in str(question)
        assert "%b" not in day and "%B" not in day and not day.startswith("%Y-")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(moments, min_size=1, max_size=15),
    st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y %H:%M", "%Y%m%d", "%d %B %Y"]),
)
def test_the_given_format_is_obeyed(times, date_format):
    written = [t.strftime(date_format) for t in times]
    assert dates_of(written, date_format) == [datetime.strptime(w, date_format) for w in written]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(moments, min_size=40, max_size=60, unique_by=lambda t: t.date()),
    st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]),
)
def test_a_usual_column_needs_no_question(times, date_format):
    written = [t.strftime(date_format) for t in times]
    if max(t.day for t in times) > 12:
        assert dates_of(written) == [datetime.strptime(w, date_format) for w in written]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(alphabet=st.characters(codec="utf-8"), max_size=20), min_size=1, max_size=10))
def test_no_text_breaks_the_reading_of_dates(texts):
    try:
        assert len(dates_of(texts)) == len(texts)
    except BadInput as question:
        assert "\n" not in str(question).replace(repr(texts), "")


def test_the_spelled_format_is_the_strptime_one():
    assert dates_of(["31/12/2023 23:59"], "DD/MM/YYYY hh:mm") == [datetime(2023, 12, 31, 23, 59)]


def test_a_file_that_runs_backward_settles_the_order_too():
    days = [
        datetime(2024, month, day) for month, day in ((3, 6), (3, 1), (2, 9), (2, 3), (1, 12), (1, 8), (1, 5))
    ]
    assert dates_of([f"{d:%d/%m/%Y}" for d in days]) == days


def test_a_few_rows_in_order_by_chance_settle_nothing():
    with pytest.raises(BadInput, match="--date-format"):
        dates_of(["03/01/2024", "08/01/2024", "02/02/2024"])
