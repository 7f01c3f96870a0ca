"""A results document with everything that a report speaks of, over the synthetic tables of a small shop."""

from datetime import datetime
from typing import Any

import pandas as pd

from churn_pipeline.core.documents.results import Results
from churn_pipeline.insights.actions.recommendations import recommend, recommendations_document
from churn_pipeline.insights.drivers import churn_drivers
from churn_pipeline.insights.money.scenarios import roi_scenarios
from churn_pipeline.insights.results.document import ResultInputs, results_document
from churn_pipeline.insights.segments.risk import risk_segments
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline_tests.builders.insight_frames import HORIZON, Shop, shop_tables

CONFIG = ShopConfig(name="tea", currency="€")
NOTHING_BOUGHT = pd.DataFrame({"customer_id": [], "product": [], "label": []}, dtype=object)


def shop_results(shop: Shop | None = None, config: ShopConfig = CONFIG) -> Results:
    """The results of a shop, valid as those of a run."""
    shop = shop or shop_tables()
    scenarios = roi_scenarios(shop.scores, shop.value, config)
    actions = recommend(shop.scores, shop.value, NOTHING_BOUGHT, config)
    drivers = churn_drivers(shop.scores, shop.shap, shop.features, config, HORIZON)
    names = [c for c in shop.features if c not in ("customer_id", "as_of")]
    importance = [
        {"feature": name, "factor": "overdue", "importance": 1 / len(names), "mean_abs_shap": 0.1}
        | {"direction": 0.5, "builtin": None, "permutation": 0.01}
        for name in names
    ]
    document = results_document(
        ResultInputs(
            config=config,
            churn_definition=churn_definition(),
            quality=quality(),
            comparison={
                "champion": "lightgbm",
                "churn_rate": 0.31,
                "model_performance": [performance("lightgbm", True), performance("svm", False)],
                "baselines": [measures() | {"model": name, "roc_auc": 0.6} for name in ("hiatus", "bg_nbd")],
                "verdict": {"worth_it": True, "sentence": "Machine learning is worth it here.", "versus": {}},
            },
            scores=shop.scores,
            value=shop.value,
            segments=risk_segments(shop.scores, config, shop.features),
            importance=pd.DataFrame(importance),
            scenarios=scenarios,
            recommendations=recommendations_document(actions, scenarios, shop.scores, config),
            explanation_scale="log_odds",
            tables={},
            run_id="r1",
            generated_at=datetime(2024, 12, 31, 12),
            more={"drivers": drivers.to_dict("records")} | _more(),
        )
    )
    return Results.model_validate(document)


def measures() -> dict[str, Any]:
    """Figures of a model: 62 of 100 flagged leave, 90 of 100 who leave are flagged."""
    shares = {"accuracy": 0.8, "precision": 0.62, "recall": 0.9, "f1": 0.734, "roc_auc": 0.81}
    counts = {"true_positives": 90, "false_positives": 55, "false_negatives": 10, "true_negatives": 145}
    more = {"average_precision": 0.7, "log_loss": 0.5, "brier": 0.2, "ece": 0.021, "threshold": 0.36}
    top = {"precision_at_10": 0.88, "lift_at_10": 2.6}
    return shares | counts | more | top | {"rows": 300, "churn_rate": 0.333}


def performance(model: str, is_champion: bool) -> dict[str, Any]:
    """A model as the comparison describes it."""
    about: dict[str, Any] = {
        "model": model,
        "is_champion": is_champion,
        "intervals": {"roc_auc": (0.78, 0.84), "log_loss": (0.47, 0.53)},
        "unseen_customers": measures(),
        "cross_validation": {
            name: {"mean": 0.7, "sd": 0.01} for name in ("f1", "recall", "roc_auc", "log_loss")
        },
        "calibration": {"method": "platt", "season": False},
        "seconds": 1.0,
    }
    return (
        measures()
        | about
        | {name: {} for name in ("params", "training", "selection", "terms")}
        | {"trials": []}
    )


def churn_definition() -> dict[str, Any]:
    """60 days, set by the shop; one horizon of the preview is refused."""
    row = {
        "eligible": 100,
        "churn_rate": 0.3,
        "come_back_share": 0.2,
        "training_cutoffs": 5,
        "expected_auc": 0.7,
    }
    refused = dict.fromkeys(row) | {"horizon": 180, "refusal": "The history is too short for 180 days."}
    days = list(range(400))
    return {
        "horizon": HORIZON,
        "source": "shop",
        "suggested": 60,
        "reason": "The shop has set 60 days.",
        "history_days": 365,
        "min_orders": 2,
        "preview": [row | {"horizon": HORIZON, "refusal": None}, refused],
        "class_balance": {"churn_rate": 0.3, "flagged": False, "advice": "none", "text": "Balanced enough."},
        "gaps": {"days": days, "returned": [min(1.0, day / 200) for day in days]},
    }


def quality() -> dict[str, Any]:
    """A ledger with one warning."""
    rule = {
        "dimension": "validity",
        "observed": None,
        "limit": None,
        "advice": "Look.",
        "points": 1,
        "lost": 0,
    }
    holds = rule | {"name": "a", "severity": "critical", "success": True, "message": "Every row has a date."}
    fails = rule | {"name": "b", "severity": "warning", "success": False, "message": "5 rows repeat another."}
    return {"score": 9.1, "passed": True, "results": [holds, fails], "statistics": {"rows": 1000}}


def _more() -> dict[str, Any]:
    measure = {"active_customers": 100.0, "lost_customers": 20.0, "churn_rate": 0.3, "revenue": 5000.0}
    month = {f"{name}{end}": value * f for name, value in measure.items() for end, f in ENDS.items()}
    months = [
        month | {"month": m, "period_start": f"2025-0{m}-01", "period_end": f"2025-0{m}-28"}
        for m in (1, 2, 3)
    ]
    as_of = "2024-12-31T00:00:00"
    unknown = ("previous_tier", "risk_tier", "previous_probability", "churn_probability")
    warning = dict.fromkeys(unknown) | {
        "customer_id": "C1",
        "kind": "weak_start",
        "clv": 20.0,
        "sentence": "Ordered once, 30 days ago.",
    }
    return {
        "decision_rules": [
            {
                "rule": "IF Orders so far ≤ 3 THEN churns",
                "count": 80,
                "coverage": 0.25,
                "precision": 0.6,
                "lift": 1.9,
                "kind": "rule",
            }
        ],
        "forecast": {
            "as_of": as_of,
            "customers": 300,
            "active_customers_now": 110,
            "monthly_revenue_now": 5000.0,
            "interval": 0.8,
            "backtested": True,
            "past_origins": 8,
            "past_errors": [],
            "interval_held_at_past_origins": 0.78,
            "scope": "known customers",
            "months": months,
        },
        "early_warnings": {"counts": {"weak_start": 7}, "first": [warning]},
        "customer_value": {
            "method": "bg_nbd_gamma_gamma",
            "reason": "200 customers came back",
            "correction": {"sentence": "Held."},
            "as_of": as_of,
            "clv_months": 12,
            "interval": 0.8,
            "gross_margin": 1.0,
            "annual_discount_rate": 0.0,
            "customers": 300,
            "customers_with_repeat_purchase": 200,
            "parameters": {},
            "total_clv": 1e5,
            "backtest": {},
        },
        "champion": {
            "version": "3",
            "replaced": "2",
            "reason": "log loss .50 against .51",
            "kind": "lightgbm",
            "params": {"n_estimators": 100},
            "features": ["days_since_last_purchase"],
            "threshold": 0.36,
            "mlflow_run_id": None,
            "rows": 5000,
            "cutoffs": ["2024-06-01"],
            "history": [
                {"at": as_of, "event": "promoted", "version": "3", "replaced": "2", "reason": "better"}
            ],
        },
        "training": {
            "test_cutoff": "2024-11-01",
            "training_cutoffs": 8,
            "training_rows": 4000,
            "churn_rate_by_cutoff": {"2024-06-01": 0.3, "2024-07-01": 0.28},
            "dropped_features": {"x": "constant"},
            "selection_weights": {"f1": 0.4, "recall": 0.3, "speed": 0.0},
        },
        "unseen_customers": measures(),
        "rfm_segments": [],
        "personas": [],
    }


ENDS = {"": 1.0, "_low": 0.8, "_high": 1.2}
