"""Uploads merged with the published ledger into a staged one, which quality checks judge before publish.py
puts it in place.

The ledger is a fold over the uploads register, from the oldest upload to the newest (merge/fold.py). The
newest one is merged into what is published; an older one, one that replaces its period, a file that is
delivered again under another mapping and a changed list of excluded customers make the ledger be merged anew.
The same file under the same mapping changes nothing."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from churn_pipeline.core.documents.write import write_document
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.sql import one_row
from churn_pipeline.core.store import read_arrow, table_path
from churn_pipeline.core.tables import UPLOADS
from churn_pipeline.ingest.ledger.ledger_tables import (
    create,
    fold_connection,
    ledger_version,
    load,
    write_staged,
)
from churn_pipeline.ingest.ledger.publish_ledger import STAGED_FILE, finish_publication, staged_folder
from churn_pipeline.ingest.mapping.reading import Reading
from churn_pipeline.ingest.merge.fold import fold_anew
from churn_pipeline.ingest.take_upload import Anew, Delivery, Entry, OpenLedger, Outcome, take_upload
from churn_pipeline.shop.config import ColumnField, ShopConfig
from churn_pipeline.shop.directory import shop_folder


@dataclass(frozen=True)
class Staged:
    """What staging found: the configuration with the mapping, counts of rows, warnings in words, the version
    of the ledger's content."""

    config: ShopConfig
    counts: dict[str, int]
    warnings: list[str]
    data_version: str


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
    as_it_is: bool = False,
    run_id: str = "",
) -> Staged:
    """Reads the files, merges them with the published ledger and writes <folder>/staged/; the published
    tables are not touched.

    Args:
        files: delivered files, merged in this order; none stages the published ledger again.
        mapping: field -> column; overrides the shop's mapping.
        date_format: strptime format of the date column; None: the shop's, or found from the whole column.
        timezone: IANA zone that times with an offset are converted to; None: the shop's.
        sheet: the sheet of a workbook; None: the one with the mapped columns, else the largest.
        replace: each file replaces the ledger's rows of its period (whole days).
        route: how the files came: cli, api, app or file_drop.
        exact_mapping: nothing but `mapping` (or, without one, the shop's) is used; no suggestion from names
            and contents.
        as_it_is: files that do not fit the shop go in nevertheless: someone has looked.
        run_id: run that the tables name; publishing under the same one need not write them again.

    Raises:
        BadInput: a file is missing, empty, too large, damaged or lacks a mapped column, or cannot be read
            without guessing.
        AnswerNeeded: a file does not fit the shop that it joins, and is not taken as it is.
    """
    config = _with_overrides(config, date_format, timezone)
    folder = shop_folder(settings, config.name)
    folder.mkdir(parents=True, exist_ok=True)
    finish_publication(settings, config.name)
    (staged_folder(folder) / STAGED_FILE).unlink(missing_ok=True)
    register = _register(folder)
    counts: Counter[str] = Counter(files=len(files))
    warnings: list[str] = []
    delivery = Delivery(mapping or {}, exact_mapping, sheet, replace, route, as_it_is)
    with fold_connection(folder) as connection:
        load(connection, folder, register)
        ledger = OpenLedger(connection, settings, folder, register)
        anew = Anew.MUST if _excluded_otherwise(register, config) else Anew.NO
        for path in files:
            outcome = take_upload(ledger, config, path, delivery)
            anew = max(anew, outcome.anew)
            counts.update(outcome.counts)
            warnings += [f"{path.name}: {said}" for said in outcome.told]
            config = _with_findings_of(config, outcome, exact_mapping)
        if anew or (files and any(entry.get("last_event") is None for entry in register)):
            warnings += _merge_anew(ledger, anew)
        return _staged(ledger, config, counts, warnings, run_id)


def restage_originals(
    settings: Settings, config: ShopConfig, register: list[Entry], run_id: str = ""
) -> Staged:
    """Stages the ledger folded anew from the kept originals of a register, oldest upload first; the published
    tables are not read.

    Raises:
        BadInput: an original is no longer kept.
    """
    folder = shop_folder(settings, config.name)
    with fold_connection(folder) as connection:
        create(connection)
        fold_anew(connection, settings, folder, register, reread=True)
        ledger = OpenLedger(connection, settings, folder, register)
        return _staged(ledger, config, Counter(), [], run_id)


def _with_findings_of(config: ShopConfig, outcome: Outcome, exact: bool) -> ShopConfig:
    """The configuration with what a file has settled; an optional column that the file lacks is still looked
    for in the next one."""
    reading = outcome.reading
    settled = {
        "date_order": reading.date_order,
        "discount_is": reading.discount_is,
        "order_ids": reading.order_ids,
    }
    if outcome.order_by_period and config.date_order:
        settled.pop("date_order")
    found = {name: value for name, value in settled.items() if value is not None}
    return config.model_copy(
        update={"mapping": reading.mapping if exact else config.mapping | reading.mapping} | found
    )


def _staged(
    ledger: OpenLedger, config: ShopConfig, counts: Counter[str], warnings: list[str], run_id: str
) -> Staged:
    """Writes the staged tables and, last, the document about them."""
    version = ledger_version(ledger.connection)
    counts.update(_totals(ledger.connection))
    uploads = pa.Table.from_pylist(ledger.register, schema=UPLOADS.schema)
    write_staged(ledger.connection, staged_folder(ledger.folder), uploads, run_id, version)
    staged = Staged(config, dict(counts), warnings, version)
    document = {
        "run_id": run_id,
        "data_version": version,
        "counts": staged.counts,
        "warnings": warnings,
        "config": config.model_dump(mode="json"),
        "published": False,
    }
    write_document(ledger.folder, f"staged/{STAGED_FILE}", document)
    return staged


def _with_overrides(config: ShopConfig, date_format: str | None, timezone: str | None) -> ShopConfig:
    """The configuration with the format and zone given for this upload, which later uploads then use."""
    given = {"date_format": date_format, "timezone": timezone}
    return ShopConfig.model_validate(config.model_dump() | {k: v for k, v in given.items() if v is not None})


def _register(folder: Path) -> list[Entry]:
    """The uploads register, oldest first."""
    return read_arrow(folder, UPLOADS.name).to_pylist() if table_path(folder, UPLOADS.name).exists() else []


def _excluded_otherwise(register: list[Entry], config: ShopConfig) -> bool:
    """Enters the shop's excluded customers into the readings of all uploads; whether that changes any."""
    changed = False
    for entry in register:
        reading = Reading.from_json(entry["reading"])
        wanted = replace(reading, exclude_customers=tuple(sorted(config.exclude_customers)))
        changed |= wanted != reading
        entry["reading"] = wanted.to_json()
    return changed


def _merge_anew(ledger: OpenLedger, anew: Anew) -> list[str]:
    """Merges the ledger anew; a sentence where the rows of an upload can no longer be had and the ledger can
    do without."""
    try:
        fold_anew(ledger.connection, ledger.settings, ledger.folder, ledger.register)
    except BadInput as error:
        if anew is Anew.MUST:
            raise
        return [
            f"the ledger could not be merged anew, so what is older than its newest file was only added "
            f"({error})"
        ]
    return []


def _totals(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    rows, customers, returns = one_row(
        connection, "SELECT count(*), count(DISTINCT customer_id), count(*) FILTER (is_return) FROM ledger"
    )
    return {"ledger_rows": rows, "ledger_customers": customers, "ledger_returns": returns}
