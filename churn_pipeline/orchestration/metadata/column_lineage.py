"""What the asset catalogue shows of a table's columns: type, meaning, and the columns of other assets that
they come from."""

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
    "return_probability": [("shap_values", "model_output"), ("return_features", "customer_id")],
    **{
        f"expected_next_order_{end}": [("transactions", "ts"), ("shap_values", "model_output")]
        for end in ("at", "low", "high")
    },
    "clv": [
        ("customer_value", "value_if_retained"),
        ("customer_value", "value_if_churned"),
        ("shap_values", "model_output"),
    ],
    "money_at_risk": [("customer_value", "save_worth"), ("shap_values", "model_output")],
    "last_order_at": [("transactions", "ts")],
    "days_since_last_order": [("transactions", "ts")],
    "orders": [("transactions", "ts"), ("transactions", "order_id")],
    "total_spend": [("transactions", "amount")],
}
_VALUE: Sources = {
    column: [("transactions", "ts"), ("transactions", "amount")]
    for column in (
        *("clv", "clv_low", "clv_high", "expected_order_value", "value_if_retained", "value_if_churned"),
        *("save_worth", "save_worth_low", "save_worth_high", "save_worth_if_like_stayers"),
    )
} | {column: [("transactions", "ts")] for column in ("p_alive", "expected_orders")}
_TESTED: Sources = {
    column: [("training_snapshots", column)] for column in ("customer_id", "cutoff", "fold", "churned")
}
_SEGMENTS: Sources = {
    "customer_id": [("customer_scores", "customer_id")],
    "segment": [("customer_scores", "risk_tier"), ("customer_scores", "status")],
    "recency_score": [("customer_scores", "days_since_last_order")],
    "frequency_score": [("customer_scores", "orders")],
    "monetary_score": [("customer_scores", "total_spend")],
    "relative_tier": [("customer_scores", "churn_probability")],
}
_ACTIONS: Sources = {
    "customer_id": [("customer_scores", "customer_id")],
    "segment": [("customer_scores", "risk_tier"), ("customer_scores", "status")],
    "reason": [("customer_scores", "top_risk_factors")],
    "last_purchase_date": [("customer_scores", "last_order_at")],
    "products": [("transactions", "product")],
}
_TARGETS: Sources = {
    column: [("customer_scores", column)]
    for column in ("customer_id", "churn_probability", "clv", "money_at_risk", "last_order_at", "orders")
} | {
    "segment": [("customer_segments", "segment")],
    "reasons": [("customer_scores", "top_risk_factors")],
    "expected_profit": [("recommended_actions", "expected_profit"), ("customer_value", "save_worth")],
    "discount_percent": [("recommended_actions", "discount_percent"), ("roi_scenarios", "discount_percent")],
}
_GRADED_SCORINGS: Sources = {
    "run_id": [("graded_predictions", "run_id")],
    "as_of": [("graded_predictions", "as_of")],
    "scored_at": [("graded_predictions", "scored_at")],
    "due_at": [("graded_predictions", "due_at")],
    "model_version": [("graded_predictions", "model_version")],
    "expected_churn_rate": [("graded_predictions", "churn_probability")],
    "churn_rate": [("graded_predictions", "churned")],
}
_GRADED_RETURNS: Sources = {
    **{
        c: [("graded_predictions", c)]
        for c in ("run_id", "as_of", "scored_at", "due_at", "model_version", "status")
    },
    "expected_return_rate": [("graded_predictions", "return_probability")],
    "return_rate": [("graded_predictions", "churned")],
}
_GRADES: Sources = {
    column: [("score_history", column)]
    for column in (
        "customer_id",
        "as_of",
        "scored_at",
        "run_id",
        "model_version",
        "due_at",
        "status",
        "churn_probability",
        "return_probability",
        "risk_tier",
        "clv",
    )
} | {"churned": [("transactions", "ts")]}


def column_schema(schema: "pa.Schema") -> dg.TableSchema:
    """A table's columns with the meaning that they are declared with, or, of features, the catalogue's."""
    from churn_pipeline.features.catalogue import CATALOGUE

    features = {f.name: f"{f.meaning} ({f.unit})" for f in CATALOGUE}

    def meaning(field: "pa.Field") -> str | None:
        declared = (field.metadata or {}).get(b"description", b"").decode()
        of_model = (
            f"churn probability of {field.name[2:].replace('_', ' ')}, calibrated"
            if field.name.startswith("p_")
            else None
        )
        return declared or features.get(field.name) or of_model

    return dg.TableSchema(columns=[dg.TableColumn(f.name, _type(f.type), meaning(f)) for f in schema])


def column_lineage(name: str, columns: Sequence[str]) -> dg.TableColumnLineage | None:
    """Where the columns of a table come from; None for a table whose rows are counted or modelled from many
    columns at once."""
    sources = _sources(name, columns)
    deps = {
        c: [dg.TableColumnDep(dg.AssetKey(asset), column) for asset, column in sources[c]]
        for c in columns
        if c in sources
    }
    return dg.TableColumnLineage(deps) if deps else None


def _sources(name: str, columns: Sequence[str]) -> Sources:
    from churn_pipeline.features.sources import stored_sources

    features = {
        f: [("transactions", column) for column in found]
        for f, found in stored_sources().items()
        if f in columns
    }
    label, returned = {"churned": [("transactions", "ts")]}, {"returned": [("transactions", "ts")]}
    known: dict[str, Sources] = {
        "training_snapshots": _CUSTOMER | label | features,
        "customer_features": _CUSTOMER | features,
        "embargoed_snapshots": _CUSTOMER | label | features,
        "level_snapshots": _CUSTOMER | label | features,
        "return_snapshots": _CUSTOMER | {"status": [("transactions", "ts")]} | returned | features,
        "return_features": _CUSTOMER | {"status": [("transactions", "ts")]} | features,
        "return_predictions": {
            c: [("return_snapshots", c)] for c in ("customer_id", "cutoff", "status", "returned")
        },
        "model_comparison": _TESTED,
        "test_predictions": _TESTED | {c: [("model_comparison", c)] for c in columns if c.startswith("p_")},
        "shap_values": {f: [("customer_features", f)] for f in ("customer_id", "as_of", *features)}
        | {"model_output": [("customer_features", f) for f in features]},
        "customer_value": _CUSTOMER | _VALUE,
        "customer_scores": _CUSTOMER | _SCORES,
        "score_history": {
            c: [("customer_scores", c)]
            for c in (
                *("customer_id", "as_of", "status", "churn_probability", "return_probability"),
                *("risk_tier", "clv"),
            )
        },
        "customer_segments": _SEGMENTS,
        "recommended_actions": _ACTIONS,
        "target_lists": _TARGETS,
        "graded_predictions": _GRADES,
        "graded_scorings": _GRADED_SCORINGS,
        "graded_returns": _GRADED_RETURNS,
    }
    return known.get(name, {})


def _type(kind: "pa.DataType") -> str:
    """The type as pyarrow writes it; the inner types of a long nested one are left out."""
    text = str(kind)
    return text if len(text) <= LONGEST_TYPE else text.partition("<")[0]
