"""The results document: the specification's shapes, sums that agree with the tables, nothing that JSON cannot hold."""

import json
from dataclasses import replace
from datetime import datetime

import pandas as pd
import pytest

from churn_pipeline.errors import ChurnError
from churn_pipeline.insights.results import ResultInputs, results_document
from churn_pipeline.insights.scenarios import roi_scenarios
from churn_pipeline.insights.segments import risk_segments
from churn_pipeline.insights.summary import results_in_words
from churn_pipeline.shops import ShopConfig
from churn_pipeline_tests.unit.insights.frames import HORIZON, Shop, shop_tables

CONFIG = ShopConfig(name="shop", currency="€")


def inputs_of(shop: Shop) -> ResultInputs:
    importance = pd.DataFrame({"feature": ["days_since_last_purchase"], "importance": [0.7], "builtin": [float("nan")]})
    performance = [{"model": "lightgbm", "f1": 0.7, "precision": 0.7, "recall": 0.8, "roc_auc": 0.8123}, {"model": "svm", "roc_auc": 0.8}]
    comparison = {
        "champion": "lightgbm",
        "churn_rate": 0.31,
        "model_performance": performance,
        "verdict": {"sentence": "It is worth it."},
    }
    return ResultInputs(
        config=CONFIG,
        churn_definition={"horizon": HORIZON},
        quality={"score": 9.1},
        comparison=comparison,
        scores=shop.scores,
        value=shop.value,
        segments=risk_segments(shop.scores, shop.value, CONFIG, shop.features),
        importance=importance,
        scenarios=roi_scenarios(shop.scores, shop.value, CONFIG),
        recommendations={"primary": {"action": "target_top_10", "sentence": "Write to ten customers."}},
        explanation_scale="log_odds",
        tables={"customer_scores": {"run_id": "r1", "data_version": "v1", "rows": len(shop.scores)}},
        run_id="r1",
        generated_at=datetime(2024, 12, 31, 12),
        more={"drivers": [{"sentence": "A driver."}]},
    )


def test_the_document_agrees_with_the_tables_and_is_json() -> None:
    shop = shop_tables()
    document = results_document(inputs_of(shop))
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert {"summary", "model_performance", "feature_importance", "segments", "recommendations"} <= set(document)
    summary, high = document["summary"], shop.scores[shop.scores["risk_tier"] == "high"]
    assert summary["total_customers"] == len(shop.scores) == sum(s["count"] for s in document["segments"].values())
    assert summary["revenue_at_risk"] == pytest.approx(high["clv"].sum())
    assert summary["money_at_risk"] == pytest.approx(shop.scores["money_at_risk"].sum())
    assert summary["expected_churn_rate"] == pytest.approx(shop.scores["churn_probability"].mean())
    assert (summary["churn_rate"], summary["champion_model"]) == (0.31, "lightgbm")
    assert document["segments"]["high_risk"]["count"] == len(high)
    assert document["segments"]["lapsed"]["money_at_risk"] is None
    assert document["feature_importance"][0]["builtin"] is None
    assert document["explanation"]["scale"] == "log_odds" and document["generated_at"] == "2024-12-31T12:00:00"
    assert document["roi_scenarios"]["recommended"] == "profit_optimal"


def test_what_does_not_belong_together_is_refused() -> None:
    inputs = inputs_of(shop_tables(150))
    with pytest.raises(ChurnError, match="lacks champion"):
        results_document(replace(inputs, comparison={"model_performance": [], "churn_rate": 0.3}))
    with pytest.raises(ChurnError, match="segments hold"):
        results_document(replace(inputs, scores=inputs.scores.iloc[1:]))


def test_in_words() -> None:
    shop = shop_tables()
    text = results_in_words(results_document(inputs_of(shop)))
    assert f"{len(shop.scores)} customers" in text and "31 % observed" in text
    assert (
        "lightgbm" in text
        and "* champion" in text
        and "A driver." in text
        and "Write to ten customers." in text
        and "It is worth it." in text
    )
