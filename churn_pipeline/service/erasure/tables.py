"""A customer's rows taken out of a shop's tables, each under a new version, and out of the kept rows of its
uploads."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.sql import connected, literal
from churn_pipeline.core.store import (
    TableVersion,
    content_version,
    read_arrow,
    read_json,
    replacing,
    table_path,
    table_version,
    write_json,
    write_table,
    write_warehouse,
)
from churn_pipeline.core.tables import TABLES
from churn_pipeline.service.erasure.mentions import Mentions

if TYPE_CHECKING:
    import pyarrow as pa

LEDGER = ("transactions", "uploads", "contacts", "rejected_rows")


def erase_from_originals(settings: Settings, folder: Path, mentions: Mentions, removed: Counter[str]) -> None:
    """Takes the customer out of what is kept of every upload: its rows, read and kept without the customer,
    take the place of an original that names them."""
    from churn_pipeline.ingest.ledger.ledger_tables import fold_connection
    from churn_pipeline.ingest.merge.fold import gather

    if not table_path(folder, "uploads").exists():
        return
    with fold_connection(folder) as connection:
        for entry in read_arrow(folder, "uploads").to_pylist():
            gather(connection, settings, folder, entry, False)
            own = folder / "uploads" / entry["upload_sha256"]
            found = sum(_filter_file(path, mentions) for path in (own / "kept_rows").glob("*.parquet"))
            original = own / entry["file_name"]
            if found and original.exists():
                original.unlink()
                removed["original files, of which the other rows are kept"] += 1


def erase_from_tables(folder: Path, mentions: Mentions, removed: Counter[str]) -> None:
    """Takes the customer's rows out of every table of a shop; results.json names the new versions."""
    for path in folder.rglob("*.parquet"):
        if path.parent == folder and path.stem in TABLES:
            removed["rows of tables"] += _filter_table(folder, path.stem, mentions)
        elif "uploads" not in path.relative_to(folder).parts:
            removed["rows of tables"] += _filter_file(path, mentions)
    _renew_ledger_version(folder)
    _renew_results(folder)
    if (folder / "warehouse.duckdb").exists():
        write_warehouse(folder)


def _filter_table(folder: Path, name: str, mentions: Mentions) -> int:
    table, version = _whole(folder, name), table_version(folder, name)
    kept = _without(table, mentions)
    gone = table.num_rows - kept.num_rows
    if gone and version is not None:
        write_table(folder, name, kept, TableVersion(version.run_id, content_version(kept)))
    return gone


def _whole(folder: Path, name: str) -> "pa.Table":
    """A table, with nulls for the columns that are declared since it was written."""
    import pyarrow as pa

    table = read_arrow(folder, name)
    for field in TABLES[name].schema:
        if field.nullable and field.name not in table.column_names:
            table = table.append_column(field, pa.nulls(table.num_rows, field.type))
    return table


def _filter_file(path: Path, mentions: Mentions) -> int:
    """The same for a Parquet file that is no declared table."""
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    kept = _without(table, mentions)
    gone = int(table.num_rows - kept.num_rows)
    if gone:
        with replacing(path) as part:
            pq.write_table(kept, part, compression="zstd", write_page_checksum=True)
    return gone


def _without(table: "pa.Table", mentions: Mentions) -> "pa.Table":
    """The rows that are not the customer's: by customer_id and, in rows that were set aside, by the cells as
    they came; the id is taken out of sentences about others."""
    import pyarrow as pa
    import pyarrow.compute as pc

    keep = pa.array([True] * table.num_rows, pa.bool_())
    if "customer_id" in table.column_names:
        theirs = pc.equal(table.column("customer_id").cast(pa.string()), mentions.customer_id)
        keep = pc.and_(keep, pc.invert(pc.fill_null(theirs, False)))
    if "raw" in table.column_names:
        raw = table.column("raw").cast(pa.string())
        named = pc.fill_null(pc.match_substring(raw, f'"{mentions.customer_id}"'), False)
        keep = pc.and_(keep, pc.invert(named))
    kept = table.filter(keep)
    for name in ("sentence", "findings"):
        if name in kept.column_names:
            texts = [None if t is None else mentions.without(t) for t in kept.column(name).to_pylist()]
            field = kept.schema.field(name)
            kept = kept.set_column(kept.schema.get_field_index(name), field, pa.array(texts, field.type))
    return kept


def _renew_ledger_version(folder: Path) -> None:
    """The version of the ledger's content as ingestion counts it, in all its tables, noted as one that has
    passed its checks."""

    from churn_pipeline.ingest.ledger.ledger_tables import ledger_version
    from churn_pipeline.runtime.ledger_gate import note_passed

    path = table_path(folder, "transactions")
    former = table_version(folder, "transactions")
    if former is None:
        return
    with connected() as connection:
        connection.execute(f"CREATE VIEW ledger AS SELECT * FROM read_parquet({literal(str(path))})")  # noqa: S608
        version = ledger_version(connection)
    for name in LEDGER:
        if table_path(folder, name).exists():
            write_table(folder, name, _whole(folder, name), TableVersion(former.run_id, version))
    note_passed(ShopStore(folder), version)


def _renew_results(folder: Path) -> None:
    path = folder / "results.json"
    if not path.exists():
        return
    document: dict[str, Any] = read_json(path)
    for name, entry in document["tables"].items():
        version = table_version(folder, name)
        if version is not None:
            entry |= {"data_version": version.data_version, "rows": read_arrow(folder, name, []).num_rows}
    write_json(path, document)
