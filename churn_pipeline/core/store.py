"""A shop's folder: atomic Parquet and JSON writes, reads, and DuckDB connections over the tables.

Every file is written whole beside its place, flushed to disk and renamed over the old one, so that a reader
never sees half a table and a crash leaves the last good one. No DuckDB file is shared: connections are in
memory, with views over the Parquet files."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from churn_pipeline.core.errors import ChurnError, NotFound

if (
    TYPE_CHECKING
):  # imported where they are used: commands and Dagster's definitions load in a fraction of the time
    import duckdb
    import pandas as pd
    import pyarrow as pa

RUN_ID = b"churn_run_id"
DATA_VERSION = b"churn_data_version"


@dataclass(frozen=True)
class TableVersion:
    """Which run wrote a table, and the version of its content."""

    run_id: str
    data_version: str


@dataclass(frozen=True)
class StoredTable:
    """What a table's file says of it: its columns with their meaning, its rows, and its version."""

    schema: "pa.Schema"
    rows: int
    version: TableVersion


def table_path(folder: Path, name: str) -> Path:
    """Path of a shop's table."""
    return folder / f"{name}.parquet"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yields a temporary path beside `path`; on success it is flushed and renamed over `path`, on failure it
    is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    part = Path(name)
    try:
        yield part
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Writes a text file whole, atomically."""
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8")


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a file whole, atomically."""
    with replacing(path) as part:
        part.write_bytes(content)


def write_json(path: Path, document: Any) -> None:
    """Writes JSON values whole, atomically; NaN and infinity are refused, since JSON has none. Documents:
    documents.write_document."""
    write_text(path, json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False))


def read_json(path: Path) -> Any:
    """A JSON document; NotFound when it is not there, ChurnError when it is damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotFound(f"{path} does not exist yet; run: churn run FILE --shop {path.parent.name}") from error
    except ValueError as error:
        raise ChurnError(f"{path} is damaged ({error}); run the shop again to renew it") from error


def conform(name: str, frame: "pd.DataFrame | pa.Table") -> "pa.Table":
    """The table in its declared column order and types; the further columns of an open table follow.

    Raises ChurnError when a column is missing, undeclared, or null where it may not be.
    """
    import pyarrow as pa

    from churn_pipeline.core.tables import TABLES

    declared = TABLES[name]
    table = frame if isinstance(frame, pa.Table) else pa.Table.from_pandas(frame, preserve_index=False)
    missing = [f.name for f in declared.schema if f.name not in table.column_names]
    extra = [c for c in table.column_names if c not in declared.schema.names]
    if missing or (extra and not declared.open):
        raise ChurnError(
            f"table {name}: missing columns {missing}, undeclared columns "
            f"{extra if not declared.open else []}"
        )
    fields = list(declared.schema) + [table.schema.field(c) for c in extra]
    columns = [table.column(f.name).cast(f.type) for f in fields]
    nulls = [f.name for f, c in zip(fields, columns, strict=True) if not f.nullable and c.null_count]
    if nulls:
        raise ChurnError(f"table {name}: nulls in {nulls}")
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def write_table(
    folder: Path, name: str, frame: "pd.DataFrame | pa.Table", version: TableVersion
) -> StoredTable:
    """Writes a declared table atomically, with a version that is known beforehand, such as the ledger's;
    returns what was written."""
    return _write(folder, name, conform(name, frame), version)


def write_versioned(folder: Path, name: str, frame: "pd.DataFrame | pa.Table", run_id: str) -> StoredTable:
    """Writes a declared table atomically; its data version is the hash of its content as written, counted
    once, here."""
    table = conform(name, frame)
    return _write(folder, name, table, TableVersion(run_id, content_version(table)))


def _write(folder: Path, name: str, table: "pa.Table", version: TableVersion) -> StoredTable:
    """Every page carries its checksum, so that a flipped bit is noticed and not read as another number."""
    import pyarrow.parquet as pq

    marked = table.replace_schema_metadata({RUN_ID: version.run_id, DATA_VERSION: version.data_version})
    with replacing(table_path(folder, name)) as part:
        pq.write_table(marked, part, compression="zstd", write_page_checksum=True)
    return StoredTable(table.schema, table.num_rows, version)


def read_arrow(folder: Path, name: str, columns: list[str] | None = None) -> "pa.Table":
    """A shop's table as Arrow; NotFound when it was never written, ChurnError when the file is damaged."""
    path = table_path(folder, name)
    if not path.exists():
        raise never_written(folder, name)
    with naming_damaged(path, folder.name):
        import pyarrow.parquet as pq

        return pq.read_table(path, columns=columns, page_checksum_verification=True)


def never_written(folder: Path, name: str) -> NotFound:
    """The error of a table that is not there."""
    return NotFound(f"Shop {folder.name!r} has no table {name} yet; run: churn run FILE --shop {folder.name}")


@contextmanager
def naming_damaged(path: Path, shop: str) -> Iterator[None]:
    """Turns what pyarrow raises about a damaged Parquet file into ChurnError: which file it is, and what to
    do."""
    import pyarrow as pa

    try:
        yield
    except (FileNotFoundError, PermissionError):
        raise
    except (pa.ArrowException, OSError) as error:
        raise ChurnError(
            f"{path} is damaged ({' '.join(str(error).split())}); run: churn repair --shop {shop}"
        ) from error


def is_damaged(path: Path) -> bool:
    """Whether a Parquet file cannot be read to its end with every checksum right."""
    import pyarrow.parquet as pq

    try:
        with naming_damaged(path, ""), pq.ParquetFile(path, page_checksum_verification=True) as file:
            for group in range(file.num_row_groups):
                file.read_row_group(group)
    except ChurnError:
        return True
    return False


def read_table(folder: Path, name: str, columns: list[str] | None = None) -> "pd.DataFrame":
    """A shop's table as pandas."""
    return read_arrow(folder, name, columns).to_pandas()


def stored_table(folder: Path, name: str) -> StoredTable | None:
    """What a table's footer says, its rows unread; None when it is not there, ChurnError when the file is
    damaged."""
    path = table_path(folder, name)
    if not path.exists():
        return None
    import pyarrow.parquet as pq

    with naming_damaged(path, folder.name), pq.ParquetFile(path) as file:
        schema, rows = file.schema_arrow, file.metadata.num_rows
    marks = schema.metadata or {}
    version = TableVersion(marks.get(RUN_ID, b"").decode(), marks.get(DATA_VERSION, b"").decode())
    return StoredTable(schema, rows, version)


def table_version(folder: Path, name: str) -> TableVersion | None:
    """Which run wrote the table, and its data version; None when it is not there."""
    stored = stored_table(folder, name)
    return stored.version if stored else None


@contextmanager
def duckdb_over(folder: Path, tables: list[str], threads: int = 0) -> Iterator["duckdb.DuckDBPyConnection"]:
    """An in-memory DuckDB connection with one view per table of the shop; it spills into a folder that goes
    with it.

    Raises NotFound for a table that was never written, ChurnError where a query fails because a table is
    damaged."""
    import duckdb

    from churn_pipeline.core.sql import connected

    with tempfile.TemporaryDirectory(dir=folder, prefix=".duckdb.") as spill, connected() as connection:
        connection.execute(f"SET temp_directory = '{_quoted(spill)}'")
        if threads:
            connection.execute(f"SET threads = {int(threads)}")
        try:
            make_views(connection, folder, tables)
            yield connection
        except duckdb.Error:
            for name in tables:
                read_arrow(folder, name)  # says which file is damaged, if one is
            raise


def make_views(connection: "duckdb.DuckDBPyConnection", folder: Path, tables: Sequence[str]) -> None:
    """Makes one view per table of the shop; NotFound for a table that was never written."""
    for name in tables:
        if not table_path(folder, name).exists():
            raise never_written(folder, name)
    for name in tables:
        connection.execute(
            f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{_quoted(str(table_path(folder, name)))}')"  # noqa: S608
        )


def write_warehouse(folder: Path) -> None:
    """Copies every table that is there into <folder>/warehouse.duckdb, for SQL and BI tools; replaced whole,
    under open readers too."""
    from churn_pipeline.core.sql import connected
    from churn_pipeline.core.tables import TABLES

    path = folder / "warehouse.duckdb"
    with replacing(path) as part:
        part.unlink()
        with connected(str(part)) as connection:
            for name in TABLES:
                source = table_path(folder, name)
                if source.exists():
                    connection.execute(
                        f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{_quoted(str(source))}')"  # noqa: S608
                    )


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def content_version(table: "pa.Table") -> str:
    """A table's content as 16 hex digits: equal rows in equal order, columns of equal names and types give an
    equal version.

    What is said about the columns (their meaning, whether they may be null) does not count.
    """
    import pyarrow as pa

    plain = pa.Table.from_arrays(table.columns, schema=pa.schema([(f.name, f.type) for f in table.schema]))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, plain.schema) as stream:
        stream.write_table(plain.combine_chunks())
    return hashlib.sha256(sink.getvalue()).hexdigest()[:16]
