"""Writes what an asset made into the shop's folder and turns it into Dagster's metadata."""

import base64
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from churn_pipeline.orchestration.columns import column_lineage, column_schema
from churn_pipeline.orchestration.run_folder import published_path
from churn_pipeline.storage import TableVersion, content_version, write_json, write_table

if TYPE_CHECKING:
    import pyarrow as pa
    from matplotlib.figure import Figure

MAX_PLOT_BYTES = 40_000


def record_table(context: dg.AssetExecutionContext, folder: Path, name: str, frame: Any, **metadata: Any) -> dg.MaterializeResult:
    """Writes a declared table with its run id and content version; returns the materialization: rows, columns, their lineage."""
    table = write_versioned(context, folder, name, frame)
    lineage = column_lineage(name, table)
    return table_result(table, **({"dagster/column_lineage": lineage} if lineage else {}), **metadata)


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
    """Writes a JSON document into the shop's folder; the path shown is where it lies once the run is published."""
    path = folder / f"{name}.json"
    write_json(path, document)
    return dg.MaterializeResult(metadata={"document": dg.MetadataValue.path(str(published_path(path))), **metadata})


def drawing(figure: "Figure") -> dg.MetadataValue:
    """A matplotlib figure as such a plot, in 64 colours: a third of the bytes."""
    from PIL import Image

    drawn, small = BytesIO(), BytesIO()
    figure.savefig(drawn, format="png")
    Image.open(drawn).convert("RGB").quantize(64).save(small, format="png", optimize=True)
    return plot(small.getvalue())


def plot(png: bytes) -> dg.MetadataValue:
    """A small plot as metadata, shown in the asset catalogue."""
    if len(png) > MAX_PLOT_BYTES:
        return dg.MetadataValue.text(f"plot of {len(png):,} bytes left out (limit {MAX_PLOT_BYTES:,})")
    return dg.MetadataValue.md(f"![plot](data:image/png;base64,{base64.b64encode(png).decode()})")
