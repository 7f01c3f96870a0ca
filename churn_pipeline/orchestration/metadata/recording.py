"""Writes what an asset made into the shop's folder and turns it into Dagster's metadata."""

import base64
from typing import Any

import dagster as dg

from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import StoredTable
from churn_pipeline.orchestration.metadata.column_lineage import column_lineage, column_schema

MAX_PLOT_BYTES = 40_000


def record_table(
    context: dg.AssetExecutionContext, store: ShopStore, name: str, frame: Any, **metadata: Any
) -> dg.MaterializeResult:
    """Writes a declared table with its run id and content version; returns the materialization: rows,
    columns, their lineage."""
    return table_result(name, store.write(name, frame, context.run.run_id), **metadata)


def table_result(name: str, stored: StoredTable, **metadata: Any) -> dg.MaterializeResult:
    """The materialization of the asset and stored table `name`; Dagster's data version is the one in the
    file."""
    lineage = column_lineage(name, stored.schema.names)
    shown: dict[str, Any] = {
        "dagster/row_count": stored.rows,
        "dagster/column_schema": column_schema(stored.schema),
    }
    return dg.MaterializeResult(
        asset_key=name,
        metadata=shown | ({"dagster/column_lineage": lineage} if lineage else {}) | metadata,
        data_version=dg.DataVersion(stored.version.data_version),
    )


def record_document(
    store: ShopStore, name: str, document: dict[str, Any], *, asset: str = "", **metadata: Any
) -> dg.MaterializeResult:
    """Writes a JSON document into the shop's folder; the path shown is where it lies once the run is
    published.

    asset: whose result it is, where that has not the document's name.
    """
    store.write_document(name, document)
    return dg.MaterializeResult(
        asset_key=asset or None,
        metadata={"document": dg.MetadataValue.path(str(store.place(f"{name}.json"))), **metadata},
    )


def plot(png: bytes) -> dg.MetadataValue:
    """A small plot as metadata, shown in the asset catalogue."""
    if len(png) > MAX_PLOT_BYTES:
        return dg.MetadataValue.text(f"plot of {len(png):,} bytes left out (limit {MAX_PLOT_BYTES:,})")
    return dg.MetadataValue.md(f"![plot](data:image/png;base64,{base64.b64encode(png).decode()})")
