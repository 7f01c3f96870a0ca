"""A shop's results document, from the tables and documents in its folder."""

from datetime import UTC, datetime
from typing import Any

from churn_pipeline.churn_definition.treated_labels import DOCUMENT
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.tables import CHURN_FORECAST, DECISION_RULES, GRADED_ADVICE, TABLES
from churn_pipeline.insights.money.economics import at_level
from churn_pipeline.insights.money.measured_rates import measured_rate
from churn_pipeline.insights.results.document import ResultInputs, results_document
from churn_pipeline.shop.run import ShopRun

WARNINGS_SHOWN = 20
LISTS_SHOWN = 40
OF_TRAINING = (
    "test_cutoff",
    "test_customers",
    "training_cutoffs",
    "training_rows",
    "churn_rate_by_cutoff",
    "selection_weights",
    "features",
    "dropped_features",
    "promotion",
    "mlflow_run_id",
)


def shop_results(run: ShopRun, run_id: str) -> dict[str, Any]:
    """The document of results.json; NotFound where a table that it needs was never written."""
    store = run.store
    comparison = store.document("comparison_in_use")
    warnings, drivers = store.read("early_warnings"), store.read("churn_drivers")
    more = {
        "drivers": drivers.to_dict("records"),
        "decision_rules": store.read(DECISION_RULES.name).to_dict("records"),
        "forecast": store.document("churn_forecast")
        | {"months": store.read(CHURN_FORECAST.name).to_dict("records")},
        "early_warnings": {
            "counts": warnings["kind"].value_counts().to_dict(),
            "first": warnings.head(WARNINGS_SHOWN).to_dict("records"),
        },
        "customer_value": store.document("customer_value"),
        "return_outlook": store.document("return_outlook"),
        "champion": store.document("champion"),
        "level": store.document("level"),
        "training": {k: comparison[k] for k in OF_TRAINING if k in comparison} | _campaigns(store),
        "unseen_customers": comparison.get("unseen_customers"),
        "advice": _advice(store),
        "discounts": store.document("discounts"),
        "uplift": store.document("uplift") if store.has_document("uplift") else None,
        **store.document("customer_segments"),
    }
    return results_document(
        ResultInputs(
            config=at_level(run.config, store),
            churn_definition=store.document("churn_definition"),
            quality=store.document("profile")["quality"],
            comparison=comparison,
            scores=store.read("customer_scores"),
            value=store.read("customer_value"),
            segments=store.read("risk_segments"),
            importance=store.read("feature_importance"),
            scenarios=store.read("roi_scenarios"),
            recommendations=store.document("recommendations"),
            explanation_scale="log_odds",
            tables=table_versions(store),
            run_id=run_id,
            generated_at=datetime.now(UTC).replace(tzinfo=None),
            measured=measured_rate(store),
            more=more,
        )
    )


def _campaigns(store: ShopStore) -> dict[str, Any]:
    """What campaigns left of the labels, where they touched any."""
    found = store.document(DOCUMENT) if store.has_document(DOCUMENT) else {"sentences": []}
    return {"campaigns": found} if found["sentences"] else {}


def _advice(store: ShopStore) -> dict[str, Any]:
    """What came of the lists of earlier runs: of the newest whose outcome is known in words, of the last
    LISTS_SHOWN in figures."""
    graded = store.read(GRADED_ADVICE.name)
    newest = graded[graded["as_of"] == graded["as_of"].max()]
    return {"sentences": newest["sentence"].tolist(), "lists": graded.tail(LISTS_SHOWN).to_dict("records")}


def table_versions(store: ShopStore) -> dict[str, dict[str, Any]]:
    """Every table that is there: the run that wrote it, its data version and its rows, so that a reader sees
    which belong together."""
    stored = {name: table for name in TABLES if (table := store.stored(name)) is not None}
    return {
        name: {"run_id": table.version.run_id, "data_version": table.version.data_version, "rows": table.rows}
        for name, table in stored.items()
    }
