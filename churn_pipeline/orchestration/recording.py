"""Writes what an asset made into the shop's folder and turns it into Dagster's metadata."""

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from churn_pipeline.storage import TableVersion, content_version, write_json, write_table

if TYPE_CHECKING:
    import pyarrow as pa

MAX_PLOT_BYTES = 40_000


def record_table(context: dg.AssetExecutionContext, folder: Path, name: str, frame: Any, **metadata: Any) -> dg.MaterializeResult:
    """Writes a declared table with its run id and content version; returns the materialization with row count and column schema."""
    table = write_versioned(context, folder, name, frame)
    return table_result(table, **metadata)


def write_versioned(context: dg.AssetExecutionContext, folder: Path, name: str, frame: Any) -> "pa.Table":
    """Writes a declared table; its data version is the hash of its content."""
    import pyarrow as pa

    table = frame if isinstance(frame, pa.Table) else pa.Table.from_pandas(frame, preserve_index=False)
    return write_table(folder, name, table, TableVersion(context.run.run_id, content_version(table)))


def table_result(table: "pa.Table", **metadata: Any) -> dg.MaterializeResult:
    """The materialization of a written table."""
    return dg.MaterializeResult(
        metadata={"dagster/row_count": table.num_rows, "dagster/column_schema": column_schema(table), **metadata},
        data_version=dg.DataVersion(content_version(table)),
    )


def record_document(folder: Path, name: str, document: dict[str, Any], **metadata: Any) -> dg.MaterializeResult:
    """Writes a JSON document into the shop's folder."""
    write_json(folder / f"{name}.json", document)
    return dg.MaterializeResult(metadata={"document": dg.MetadataValue.path(str(folder / f"{name}.json")), **metadata})


def column_schema(table: "pa.Table") -> dg.TableSchema:
    """Dagster's description of a table's columns, with the declared meaning where there is one."""
    from churn_pipeline.schemas import TABLES

    declared = {f.name: (f.metadata or {}).get(b"description", b"").decode() for t in TABLES.values() for f in t.schema}
    return dg.TableSchema(columns=[dg.TableColumn(f.name, str(f.type), declared.get(f.name)) for f in table.schema])


def plot(png: bytes) -> dg.MetadataValue:
    """A small plot as metadata, shown in the asset catalogue."""
    if len(png) > MAX_PLOT_BYTES:
        return dg.MetadataValue.text(f"plot of {len(png):,} bytes left out (limit {MAX_PLOT_BYTES:,})")
    return dg.MetadataValue.md(f"![plot](data:image/png;base64,{base64.b64encode(png).decode()})")
