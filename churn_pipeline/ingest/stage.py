"""Uploads merged with the published ledger into a staged one, which quality checks judge before publish.py puts it in place.

The ledger is a fold over the uploads register: append or replace, one upload after the other. A file that is delivered again under another
mapping changes its entry, and the ledger is folded anew from the originals; the same file under the same mapping changes nothing.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from churn_pipeline.errors import BadInput
from churn_pipeline.ingest.clean import Cleaned, clean
from churn_pipeline.ingest.ledger import create, fold_connection, ledger_version, load, write_staged
from churn_pipeline.ingest.mapping import decide_mapping
from churn_pipeline.ingest.merge import Merged, merge
from churn_pipeline.ingest.originals import keep_original, original, sha256_of
from churn_pipeline.ingest.publish import STAGED_FILE, finish_publication, staged_folder
from churn_pipeline.ingest.raw import RawTable
from churn_pipeline.ingest.read import read_file
from churn_pipeline.ingest.reading import Reading, reading_of
from churn_pipeline.ingest.sql import one_row
from churn_pipeline.schemas import UPLOADS
from churn_pipeline.settings import Settings
from churn_pipeline.shops import ColumnField, ShopConfig, shop_folder
from churn_pipeline.storage import read_arrow, table_path, write_json

APPEND, REPLACE = "append", "replace"


@dataclass(frozen=True)
class Staged:
    """What staging found: the configuration with the mapping, counts of rows, warnings in words, the version of the ledger's content."""

    config: ShopConfig
    counts: dict[str, int]
    warnings: list[str]
    data_version: str


@dataclass(frozen=True)
class _Outcome:
    """One upload after it was merged."""

    entry: dict[str, Any]
    reading: Reading
    counts: Counter[str]
    warnings: tuple[str, ...]


def stage_uploads(
    settings: Settings,
    config: ShopConfig,
    files: list[Path],
    *,
    mapping: dict[ColumnField, str] | None = None,
    date_format: str | None = None,
    timezone: str | None = None,
    sheet: str | None = None,
    replace: bool = False,
    route: str = "cli",
    exact_mapping: bool,
    run_id: str = "",
) -> Staged:
    """Reads the files, merges them with the published ledger and writes <folder>/staged/; the published tables are not touched.

    Args:
        files: delivered files, merged in this order; none stages the published ledger again.
        mapping: field -> column; overrides the shop's mapping.
        date_format: strptime format of the date column; None: the shop's, or found from the whole column.
        timezone: IANA zone that times with an offset are converted to; None: the shop's.
        sheet: the sheet of a workbook; None: the one with the mapped columns, else the largest.
        replace: each file replaces the ledger's rows of its period (whole days).
        route: how the files came: cli, api, app or file_drop.
        exact_mapping: nothing but `mapping` (or, without one, the shop's) is used; no suggestion from names and contents.
        run_id: run that the tables name; publishing under the same one need not write them again.

    Raises:
        BadInput: a file is missing, empty, too large, damaged or lacks a mapped column, or cannot be read without guessing.
    """
    config = _with_overrides(config, date_format, timezone)
    folder = shop_folder(settings, config.name)
    folder.mkdir(parents=True, exist_ok=True)
    finish_publication(settings, config.name)
    (staged_folder(folder) / STAGED_FILE).unlink(missing_ok=True)
    register = _register(folder)
    counts: Counter[str] = Counter(files=len(files))
    warnings: list[str] = []
    with fold_connection(folder) as connection:
        load(connection, folder)
        for path in files:
            outcome = _take(connection, settings, config, folder, path, sheet, register, mapping or {}, replace, route, exact_mapping)
            counts.update(outcome.counts)
            warnings += [f"{path.name}: {w}" for w in outcome.warnings]
            config = config.model_copy(
                update={"mapping": outcome.reading.mapping, "date_order": outcome.reading.date_order or config.date_order}
            )
        return _staged(connection, folder, config, register, counts, warnings, run_id)


def restage_originals(settings: Settings, config: ShopConfig, register: list[dict[str, Any]], run_id: str = "") -> Staged:
    """Stages the ledger folded anew from the kept originals of a register, oldest upload first; the published tables are not read.

    Raises:
        BadInput: an original is no longer kept.
    """
    folder = shop_folder(settings, config.name)
    with fold_connection(folder) as connection:
        create(connection)
        outcome = _fold_anew(connection, settings, folder, register, register[-1]["upload_sha256"])
        return _staged(connection, folder, config, register, Counter(outcome.counts), [], run_id)


def _staged(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    config: ShopConfig,
    register: list[dict[str, Any]],
    counts: Counter[str],
    warnings: list[str],
    run_id: str,
) -> Staged:
    """Writes the staged tables and, last, the document about them."""
    version = ledger_version(connection)
    counts.update(_totals(connection))
    write_staged(connection, staged_folder(folder), pa.Table.from_pylist(register, schema=UPLOADS.schema), run_id, version)
    staged = Staged(config, dict(counts), warnings, version)
    document = {
        "run_id": run_id,
        "data_version": version,
        "counts": staged.counts,
        "warnings": warnings,
        "config": config.model_dump(mode="json"),
        "published": False,
    }
    write_json(staged_folder(folder) / STAGED_FILE, document)
    return staged


def _with_overrides(config: ShopConfig, date_format: str | None, timezone: str | None) -> ShopConfig:
    """The configuration with the format and zone given for this upload, which later uploads then use."""
    given = {"date_format": date_format, "timezone": timezone}
    return ShopConfig.model_validate(config.model_dump() | {k: v for k, v in given.items() if v is not None})


def _register(folder: Path) -> list[dict[str, Any]]:
    """The uploads register, oldest first."""
    return read_arrow(folder, UPLOADS.name).to_pylist() if table_path(folder, UPLOADS.name).exists() else []


def _take(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    config: ShopConfig,
    folder: Path,
    path: Path,
    sheet: str | None,
    register: list[dict[str, Any]],
    mapping: dict[ColumnField, str],
    replacing: bool,
    route: str,
    exact: bool,
) -> _Outcome:
    """Merges one file and enters it into the register (changed in place)."""
    raw = read_file(path, settings, frozenset((config.mapping | mapping).values()), sheet)
    decided = decide_mapping(raw, path.name, mapping, config, exact=exact)
    reading = reading_of(config, decided.mapping, raw.origin.sheet)
    sha256 = sha256_of(path)
    known = next((e for e in register if e["upload_sha256"] == sha256), None)
    if known and not replacing:
        before = Reading.from_json(known["reading"])
        if before.same_as(reading):
            counts = Counter(rows_in=raw.rows_in, rows_known=raw.rows_in, files_known=1)
            return _Outcome(known, before, counts, (*decided.warnings, "was delivered before, nothing is added."))
        known["reading"] = reading.to_json()
        return _fold_anew(connection, settings, folder, register, sha256)
    keep_original(folder, path, sha256)
    outcome = _merge_one(connection, path, raw, reading, sha256, replace=replacing)
    if known:
        register.remove(known)
    entry = {
        "file_name": path.name,
        "uploaded_at": datetime.now(UTC).replace(tzinfo=None),
        "route": route,
        "mode": REPLACE if replacing else APPEND,
    }
    register.append(outcome.entry | entry)
    return replace(outcome, warnings=decided.warnings + outcome.warnings)


def _merge_one(
    connection: duckdb.DuckDBPyConnection, path: Path, raw: RawTable, reading: Reading, sha256: str, *, replace: bool
) -> _Outcome:
    """Cleans and merges one file; its counts, and the columns of its entry that follow from its rows."""
    cleaned = clean(connection, raw, reading)
    if cleaned.usable == 0:
        raise BadInput(
            f"{path.name}: none of its {cleaned.rows_in:,} rows can be used ({_reasons(cleaned)}): "
            "check which columns are customer, date and amount."
        )
    merged = merge(connection, cleaned, sha256, replace=replace)
    reading = _settled(reading, cleaned)
    entry = {
        "upload_sha256": sha256,
        "rows_in": cleaned.rows_in,
        "rows_kept": merged.added,
        "rows_rejected": sum(cleaned.rejected.values()),
        "rows_known": merged.known,
        "exact_duplicates": cleaned.exact_duplicates,
        "first_ts": cleaned.first_ts,
        "last_ts": cleaned.last_ts,
        "reading": reading.to_json(),
    }
    return _Outcome(entry, reading, _counts(cleaned, merged), cleaned.warnings)


def _settled(reading: Reading, cleaned: Cleaned) -> Reading:
    return replace(reading, date_order=cleaned.date_order or reading.date_order)


def _fold_anew(
    connection: duckdb.DuckDBPyConnection, settings: Settings, folder: Path, register: list[dict[str, Any]], changed: str
) -> _Outcome:
    """Empties the ledger and merges every upload of the register again; the outcome is that of the upload whose reading changed."""
    for table in ("ledger", "rejected", "contacts"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table names
    result: _Outcome | None = None
    for entry in register:
        path = original(folder, entry["upload_sha256"], entry["file_name"])
        reading = Reading.from_json(entry["reading"])
        raw = read_file(path, settings, frozenset(reading.mapping.values()), reading.sheet)
        outcome = _merge_one(connection, path, raw, reading, entry["upload_sha256"], replace=entry["mode"] == REPLACE)
        entry.update(outcome.entry)
        if entry["upload_sha256"] == changed:
            result = replace(
                outcome,
                warnings=(
                    *outcome.warnings,
                    "was delivered before and read otherwise: its rows were read again, in the place of the former ones.",
                ),
            )
    assert result is not None
    return result


def _reasons(cleaned: Cleaned) -> str:
    return ", ".join(f"{rows:,} {reason.replace('_', ' ')}" for reason, rows in cleaned.rejected.items())


def _counts(cleaned: Cleaned, merged: Merged) -> Counter[str]:
    counts = Counter(
        rows_in=cleaned.rows_in,
        rows_added=merged.added,
        rows_known=merged.known,
        rows_replaced=merged.replaced,
        rows_rejected=sum(cleaned.rejected.values()),
        exact_duplicates=cleaned.exact_duplicates,
    )
    counts.update({f"rejected_{reason}": rows for reason, rows in cleaned.rejected.items()})
    return counts


def _totals(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    rows, customers, returns = one_row(connection, "SELECT count(*), count(DISTINCT customer_id), count(*) FILTER (is_return) FROM ledger")
    return {"ledger_rows": rows, "ledger_customers": customers, "ledger_returns": returns}
