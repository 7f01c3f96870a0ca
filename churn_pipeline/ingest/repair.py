"""Damaged tables brought back: the ledger from the kept originals, everything else from the copy in the
shop's warehouse file.

What neither has is set aside as NAME.parquet.damaged; the next run writes it anew.
"""

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from churn_pipeline.core.errors import BadInput, ChurnError, NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.sql import connected
from churn_pipeline.core.store import (
    TableVersion,
    is_damaged,
    read_arrow,
    read_json,
    table_path,
    table_version,
    write_table,
)
from churn_pipeline.core.tables import CONTACTS, REJECTED_ROWS, SCORE_HISTORY, TRANSACTIONS, UPLOADS
from churn_pipeline.ingest.ledger.kept_uploads import kept_entries
from churn_pipeline.ingest.ledger.publish_ledger import finish_publication, publish_staged, staged_folder
from churn_pipeline.ingest.stage import restage_originals
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import load_shop, shop_folder

LEDGER = (TRANSACTIONS.name, UPLOADS.name, CONTACTS.name, REJECTED_ROWS.name)
BEYOND_A_RUN = (*LEDGER, SCORE_HISTORY.name)
"""What a run reads and could not make anew by itself."""


def repair_shop(settings: Settings, shop: str, tables: tuple[str, ...] = BEYOND_A_RUN) -> list[str]:
    """Repairs those of the tables that are damaged, under the shop's lock; returns a sentence about each,
    nothing where all are whole.

    Raises:
        ChurnError: the ledger is damaged and an original is no longer kept.
    """
    folder = shop_folder(settings, shop)
    with suppress(ChurnError):  # what is staged may be damaged too: then the ledger is rebuilt
        finish_publication(settings, shop)
    damaged = [
        name for name in tables if table_path(folder, name).exists() and is_damaged(table_path(folder, name))
    ]
    lost = [name for name in LEDGER[:1] if not table_path(folder, name).exists() and kept_entries(folder)]
    said = [_restore(folder, name) for name in damaged if name not in LEDGER]
    broken = [name for name in (*damaged, *lost) if name in LEDGER]
    return [*said, rebuild_ledger(settings, shop, broken)] if broken else said


def rebuild_ledger(settings: Settings, shop: str, broken: list[str]) -> str:
    """Folds every kept original anew, in the order of delivery, and publishes the ledger; returns what was
    done.

    Raises:
        ChurnError: an original is no longer kept, or nothing says how the files were read.
    """
    folder = shop_folder(settings, shop)
    register = _register(folder)
    if not register:
        raise ChurnError(
            f"The ledger of shop {shop!r} ({', '.join(broken)}) is damaged and nothing says which files "
            f"it was made of: move the folder "
            f"{folder} away and deliver the files again."
        )
    shutil.rmtree(staged_folder(folder), ignore_errors=True)
    try:
        staged = restage_originals(settings, _config(settings, shop), register)
    except BadInput as error:
        raise ChurnError(
            f"The ledger of shop {shop!r} ({', '.join(broken)}) is damaged and cannot be rebuilt: {error}"
        ) from error
    for name in broken:
        table_path(folder, name).unlink(missing_ok=True)
    publish_staged(settings, shop, "")
    return (
        f"{' and '.join(broken)} of shop {shop} rebuilt from {len(register)} kept files: "
        f"{staged.counts['ledger_rows']:,} rows."
    )


def _config(settings: Settings, shop: str) -> ShopConfig:
    try:
        return load_shop(settings, shop)
    except NotFound:
        return ShopConfig(name=shop)


def _register(folder: Path) -> list[dict[str, Any]]:
    """The register, or, where it is damaged, the entries kept beside the originals."""
    path = table_path(folder, UPLOADS.name)
    if path.exists() and not is_damaged(path):
        return read_arrow(folder, UPLOADS.name).to_pylist()
    return kept_entries(folder)


def _restore(folder: Path, name: str) -> str:
    """Writes the warehouse's copy of a table where it is the version that results.json names; else sets the
    damaged file aside."""
    path, warehouse = table_path(folder, name), folder / "warehouse.duckdb"
    known = _named_in_results(folder, name)
    copy = _copy_in(warehouse, name) if known is not None and warehouse.exists() else None
    if (
        known is not None
        and copy is not None
        and copy.num_rows == known["rows"]
        and _version_left(folder, name) in (None, known["run_id"])
    ):
        write_table(folder, name, copy, TableVersion(known["run_id"], known["data_version"]))
        return f"{name} of shop {folder.name} was damaged and is restored from {warehouse.name}."
    path.replace(path.with_name(f"{path.name}.damaged"))
    return (
        f"{name} of shop {folder.name} was damaged and is set aside; the next run of the shop writes it anew."
    )


def _named_in_results(folder: Path, name: str) -> dict[str, Any] | None:
    """What results.json says of a table: run_id, data_version, rows."""
    try:
        named: dict[str, Any] | None = read_json(folder / "results.json")["tables"].get(name)
    except ChurnError:
        return None
    return named


def _copy_in(warehouse: Path, name: str) -> pa.Table | None:
    """The warehouse's copy, whose blocks DuckDB checks by their checksums; None where it has none or is
    damaged itself."""
    try:
        with connected(str(warehouse), read_only=True) as connection:
            return connection.sql(f"SELECT * FROM {name}").to_arrow_table()  # noqa: S608 - our own table names
    except duckdb.Error:
        return None


def _version_left(folder: Path, name: str) -> str | None:
    """The run that wrote a damaged file, where so much of it can still be read."""
    try:
        version = table_version(folder, name)
    except ChurnError:
        return None
    return version.run_id if version else None
