"""The ledger merged anew from every upload of the register, the oldest first; so it is the same in whatever
order they arrived.

An upload that is the newest when it arrives is merged into the published ledger, which comes to the same. An
upload in mode replace takes the place of what arrived before it about the days of its period: those rows are
left out of the uploads that brought them."""

from pathlib import Path
from typing import Any

import duckdb

from churn_pipeline.core.settings import Settings
from churn_pipeline.ingest.files.read import read_file
from churn_pipeline.ingest.ledger.against_shop import hold_against_shop
from churn_pipeline.ingest.ledger.clean import Span, clean
from churn_pipeline.ingest.ledger.kept_uploads import UPLOADS_DIR, original
from churn_pipeline.ingest.mapping.reading import Reading
from churn_pipeline.ingest.merge.ages import oldest_first, span_of
from churn_pipeline.ingest.merge.merge import KNOWN_SPANS, merge
from churn_pipeline.ingest.merge.upload_rows import keep_rows, kept_span, load_rows

APPEND, REPLACE = "append", "replace"
_PERIOD = (
    "ts >= date_trunc('day', CAST($first AS TIMESTAMP)) AND ts < date_trunc('day', "
    "CAST($last AS TIMESTAMP)) + INTERVAL 1 DAY"
)


def fold_anew(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    folder: Path,
    register: list[dict[str, Any]],
    *,
    reread: bool = False,
) -> None:
    """Merges all uploads of the register (in the order of arrival; their spans are renewed) into the emptied
    tables of the ledger.

    Args:
        reread: every original is read, also where its cleaned rows are kept.

    Raises:
        BadInput: an original is no longer kept, or cannot be read any more; the tables of the ledger are then
            as they were.
    """
    for entry in register:
        gather(connection, settings, folder, entry, reread)
    for table in ("ledger", "rejected", "contacts", KNOWN_SPANS):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table names
    arrived = {entry["upload_sha256"]: turn for turn, entry in enumerate(register)}
    for entry in oldest_first(register):
        load_rows(connection, folder, entry["upload_sha256"])
        by_digits = Reading.from_json(entry["reading"]).ids_by == "digits"
        # ids in another form become those of the older uploads
        hold_against_shop(connection, None, None, by_digits=by_digits)
        for later in register[arrived[entry["upload_sha256"]] + 1 :]:
            if later["mode"] == REPLACE:
                _leave_out(connection, span_of(entry), later)
        merge(connection, span_of(entry), entry["upload_sha256"])


def entry_of_span(span: Span) -> dict[str, Any]:
    """The columns of a register's entry that say what an upload covers."""
    return {
        "first_event": span.first_event,
        "last_event": span.last_event,
        "exported_at": span.exported_at,
        "has_times": span.has_times,
    }


def remove_period(connection: duckdb.DuckDBPyConnection, entry: dict[str, Any]) -> int:
    """Removes what the ledger has about the whole days of a replacing upload; returns how many rows of sales
    and returns."""
    (removed,) = connection.execute(f"SELECT count(*) FROM ledger WHERE {_PERIOD}", _days(entry)).fetchall()[  # noqa: S608
        0
    ]
    connection.execute(f"DELETE FROM ledger WHERE {_PERIOD}", _days(entry))  # noqa: S608
    connection.execute(
        f"DELETE FROM rejected WHERE coalesce({_PERIOD}, upload_sha256 IN (SELECT upload_sha256 FROM "  # noqa: S608
        f"{KNOWN_SPANS} WHERE "
        f"{_PERIOD.replace('ts >=', 'first_event >=').replace('ts <', 'last_event <')}))",
        _days(entry),
    )
    return int(removed)


def _days(entry: dict[str, Any]) -> dict[str, Any]:
    return {"first": entry["first_ts"], "last": entry["last_ts"]}


def gather(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    folder: Path,
    entry: dict[str, Any],
    reread: bool,
) -> None:
    """Sees to it that the rows of an upload are kept, and renews its span. reread: from its original, where
    that is still kept: it is not once a customer of it was forgotten."""
    kept = kept_span(folder, entry["upload_sha256"], entry["reading"])
    is_there = (folder / UPLOADS_DIR / entry["upload_sha256"] / entry["file_name"]).exists()
    span = None if reread and is_there else kept
    if span is None:
        reading = Reading.from_json(entry["reading"])
        path = original(folder, entry["upload_sha256"], entry["file_name"])
        span = clean(
            connection, read_file(path, settings, frozenset(reading.mapping.values()), reading.sheet), reading
        ).span
        keep_rows(connection, folder, entry["upload_sha256"], entry["reading"], span)
    entry.update(entry_of_span(span))


def _leave_out(connection: duckdb.DuckDBPyConnection, span: Span, later: dict[str, Any]) -> None:
    """Leaves out of `usable` and `unusable` the rows of the later upload's days; undated ones where all of
    the upload is within them."""
    connection.execute(f"DELETE FROM usable WHERE {_PERIOD}", _days(later))  # noqa: S608
    connection.execute(f"DELETE FROM unusable WHERE {_PERIOD}", _days(later))  # noqa: S608
    days = later["first_ts"].date(), later["last_ts"].date()
    if (
        span.first_event
        and span.last_event
        and days[0] <= span.first_event.date()
        and span.last_event.date() <= days[1]
    ):
        connection.execute("DELETE FROM unusable WHERE ts IS NULL")
