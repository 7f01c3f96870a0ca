"""A shop's results document, from the tables and documents in its folder."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from churn_pipeline.insights.economics import measured_rate
from churn_pipeline.insights.results import ResultInputs, results_document
from churn_pipeline.schemas import CHURN_FORECAST, DECISION_RULES, TABLES
from churn_pipeline.shops import ShopConfig
from churn_pipeline.storage import read_json, read_table, table_path, table_version

WARNINGS_SHOWN = 20
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


def shop_results(folder: Path, config: ShopConfig, run_id: str) -> dict[str, Any]:
    """The document of results.json; NotFound where a table that it needs was never written."""
    comparison = read_json(folder / "model_comparison.json")
    warnings, drivers = read_table(folder, "early_warnings"), read_table(folder, "churn_drivers")
    more = {
        "drivers": drivers.to_dict("records"),
        "decision_rules": read_table(folder, DECISION_RULES.name).to_dict("records"),
        "forecast": read_json(folder / "churn_forecast.json") | {"months": read_table(folder, CHURN_FORECAST.name).to_dict("records")},
        "early_warnings": {
            "counts": warnings["kind"].value_counts().to_dict(),
            "first": warnings.head(WARNINGS_SHOWN).to_dict("records"),
        },
        "customer_value": read_json(folder / "customer_value.json"),
        "champion": read_json(folder / "champion.json"),
        "training": {k: comparison[k] for k in OF_TRAINING if k in comparison},
        "unseen_customers": comparison.get("unseen_customers"),
        **read_json(folder / "customer_segments.json"),
    }
    return results_document(
        ResultInputs(
            config=config,
            churn_definition=read_json(folder / "churn_definition.json"),
            quality=read_json(folder / "profile.json")["quality"],
            comparison=comparison,
            scores=read_table(folder, "customer_scores"),
            value=read_table(folder, "customer_value"),
            segments=read_table(folder, "risk_segments"),
            importance=read_table(folder, "feature_importance"),
            scenarios=read_table(folder, "roi_scenarios"),
            recommendations=read_json(folder / "recommendations.json"),
            explanation_scale="log_odds",
            tables=table_versions(folder),
            run_id=run_id,
            generated_at=datetime.now(UTC).replace(tzinfo=None),
            measured=measured_rate(folder),
            more=more,
        )
    )


def table_versions(folder: Path) -> dict[str, dict[str, Any]]:
    """Every table that is there: the run that wrote it, its data version and its rows, so that a reader sees which belong together."""
    versions = {}
    for name in TABLES:
        version = table_version(folder, name)
        if version is not None:
            rows = pq.read_metadata(table_path(folder, name)).num_rows
            versions[name] = {"run_id": version.run_id, "data_version": version.data_version, "rows": rows}
    return versions
