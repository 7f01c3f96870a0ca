"""What the asset catalogue shows of a table's columns: type, meaning, and the columns of other assets that they come from."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    import pyarrow as pa

Sources = dict[str, list[tuple[str, str]]]
"""Column -> (asset, column) of each source."""

LONGEST_TYPE = 30
_CUSTOMER: Sources = {"customer_id": [("transactions", "customer_id")]}
_SCORES: Sources = {
    "as_of": [("customer_features", "as_of")],
    "status": [("transactions", "ts")],
    "churn_probability": [("shap_values", "model_output")],
    "risk_tier": [("shap_values", "model_output")],
    "clv": [("customer_value", "value_if_retained"), ("customer_value", "value_if_churned"), ("shap_values", "model_output")],
    "money_at_risk": [("customer_value", "value_if_retained"), ("customer_value", "value_if_churned"), ("shap_values", "model_output")],
    "last_order_at": [("transactions", "ts")],
    "days_since_last_order": [("transactions", "ts")],
    "orders": [("transactions", "ts"), ("transactions", "order_id")],
    "total_spend": [("transactions", "amount")],
}
_VALUE: Sources = {
    column: [("transactions", "ts"), ("transactions", "amount")]
    for column in ("clv", "clv_low", "clv_high", "expected_order_value", "value_if_retained", "value_if_churned")
} | {column: [("transactions", "ts")] for column in ("p_alive", "expected_orders")}
_GRADES: Sources = {
    column: [("customer_scores", column)] for column in ("customer_id", "as_of", "churn_probability", "risk_tier", "clv")
} | {"churned": [("transactions", "ts")]}


def column_schema(table: "pa.Table") -> dg.TableSchema:
    """A table's columns with the meaning that they are declared with, or, of features, the catalogue's."""
    from churn_pipeline.features.catalogue import CATALOGUE

    features = {f.name: f"{f.meaning} ({f.unit})" for f in CATALOGUE}

    def meaning(field: "pa.Field") -> str | None:
        declared = (field.metadata or {}).get(b"description", b"").decode()
        of_model = f"churn probability of {field.name[2:].replace('_', ' ')}, calibrated" if field.name.startswith("p_") else None
        return declared or features.get(field.name) or of_model

    return dg.TableSchema(columns=[dg.TableColumn(f.name, _type(f.type), meaning(f)) for f in table.schema])


def column_lineage(name: str, table: "pa.Table") -> dg.TableColumnLineage | None:
    """Where the columns of a table come from; None for a table whose rows are counted or modelled from many columns at once."""
    sources = _sources(name, table.column_names)
    deps = {c: [dg.TableColumnDep(dg.AssetKey(asset), column) for asset, column in sources[c]] for c in table.column_names if c in sources}
    return dg.TableColumnLineage(deps) if deps else None


def _sources(name: str, columns: Sequence[str]) -> Sources:
    from churn_pipeline.features.sources import stored_sources

    features = {f: [("transactions", column) for column in found] for f, found in stored_sources().items() if f in columns}
    label = {"churned": [("transactions", "ts")]}
    known: dict[str, Sources] = {
        "training_snapshots": _CUSTOMER | label | features,
        "customer_features": _CUSTOMER | features,
        "test_predictions": {column: [("training_snapshots", column)] for column in ("customer_id", "cutoff", "fold", "churned")},
        "shap_values": {f: [("customer_features", f)] for f in ("customer_id", "as_of", *features)}
        | {"model_output": [("customer_features", f) for f in features]},
        "customer_value": _CUSTOMER | _VALUE,
        "customer_scores": _CUSTOMER | _SCORES,
        "graded_predictions": _GRADES,
    }
    return known.get(name, {})


def _type(kind: "pa.DataType") -> str:
    """The type as pyarrow writes it; the inner types of a long nested one are left out."""
    text = str(kind)
    return text if len(text) <= LONGEST_TYPE else text.partition("<")[0]
