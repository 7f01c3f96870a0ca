"""The results document: the specification's shapes, sums that agree with the tables, nothing that JSON cannot
hold."""

import json
from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.core.errors import ChurnError
from churn_pipeline.insights.money.scenarios import roi_scenarios
from churn_pipeline.insights.results.document import ResultInputs, results_document
from churn_pipeline.insights.results.summary import results_in_words
from churn_pipeline.insights.segments.risk import risk_segments
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline_tests.builders.insight_frames import HORIZON, Shop, shop_tables

CONFIG = ShopConfig(name="shop", currency="€")
FIGURES = {"p_return": {"roc_auc": 0.7, "log_loss": 0.5}, "p_bg_nbd": {"roc_auc": 0.6, "log_loss": 0.6}}
OUTLOOK = {
    "populations": {
        "lapsed": {"method": "model", "reason": "Enough.", "training_rows": 1500, "test": FIGURES},
        "new": {"method": "bg_nbd", "reason": "Too few."},
    },
    "next_order": {"customers_with_a_date": 12, "coverage": 0.81},
}


def inputs_of(shop: Shop) -> ResultInputs:
    importance = pd.DataFrame(
        {"feature": ["days_since_last_purchase"], "importance": [0.7], "builtin": [float("nan")]}
    )
    performance = [
        {"model": "lightgbm", "f1": 0.7, "precision": 0.7, "recall": 0.8, "roc_auc": 0.8123},
        {"model": "svm", "roc_auc": 0.8},
    ]
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
        segments=risk_segments(shop.scores, CONFIG, shop.features),
        importance=importance,
        scenarios=roi_scenarios(shop.scores, shop.value, CONFIG),
        recommendations={"primary": {"action": "target_top_10", "sentence": "Write to ten customers."}},
        explanation_scale="log_odds",
        tables={"customer_scores": {"run_id": "r1", "data_version": "v1", "rows": len(shop.scores)}},
        run_id="r1",
        generated_at=datetime(2024, 12, 31, 12),
        more={"drivers": [{"sentence": "A driver."}], "return_outlook": OUTLOOK},
    )


def test_the_document_agrees_with_the_tables_and_is_json() -> None:
    shop = shop_tables()
    document = results_document(inputs_of(shop))
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert {"summary", "model_performance", "feature_importance", "segments", "recommendations"} <= set(
        document
    )
    summary, high = document["summary"], shop.scores[shop.scores["risk_tier"] == "high"]
    assert (
        summary["total_customers"]
        == len(shop.scores)
        == sum(s["count"] for s in document["segments"].values())
    )
    assert summary["revenue_at_risk"] == pytest.approx(high["clv"].sum())
    assert summary["money_at_risk"] == pytest.approx(shop.scores["money_at_risk"].sum())
    assert (
        summary["money_at_risk_low"]
        < summary["money_at_risk"]
        < summary["money_at_risk_high"]
        < summary["money_at_risk_if_like_stayers"]
    )
    assert summary["expected_churn_rate"] == pytest.approx(shop.scores["churn_probability"].mean())
    assert (summary["churn_rate"], summary["champion_model"]) == (0.31, "lightgbm")
    assert document["segments"]["high_risk"]["count"] == len(high)
    assert document["segments"]["lapsed"]["money_at_risk"] is None
    assert document["feature_importance"][0]["builtin"] is None
    depths = document["roi_scenarios"]["depths"]
    star = document["roi_scenarios"]["scenarios"][-1]
    assert sum(depth["best_in_share_of_draws"] for depth in depths) == pytest.approx(1)
    assert max(depth["net_roi"] for depth in depths) == pytest.approx(star["net_roi"])
    assert summary["dominant_customer"] is None and document["roi_scenarios"]["margin"]["gross_margin"] == 1
    assert (
        document["explanation"]["scale"] == "log_odds" and document["generated_at"] == "2024-12-31T12:00:00"
    )
    assert document["roi_scenarios"]["recommended"] == "profit_optimal"


def test_the_level_is_part_of_expected_churners_and_money_at_risk() -> None:
    inputs = inputs_of(shop_tables())
    narrow, wide = (
        results_document(
            replace(
                inputs,
                config=CONFIG.model_copy(update={"roi": CONFIG.roi.model_copy(update={"level_error": sd})}),
            )
        )["summary"]
        for sd in (0.0, 0.4)
    )
    p = inputs.scores["churn_probability"].dropna()
    chance = 1.2816 * np.sqrt((p * (1 - p)).sum())
    assert narrow["expected_churners_high"] - narrow["expected_churners"] == pytest.approx(chance, rel=1e-3)
    assert wide["expected_churners"] == narrow["expected_churners"]
    assert wide["expected_churn_rate_low"] < narrow["expected_churn_rate_low"]
    assert wide["expected_churn_rate_high"] * len(p) == pytest.approx(wide["expected_churners_high"])
    middle = (narrow["money_at_risk_low"] + narrow["money_at_risk_high"]) / 2
    assert narrow["money_at_risk"] == pytest.approx(middle)
    assert wide["money_at_risk_low"] < narrow["money_at_risk_low"]
    assert wide["money_at_risk_high"] > narrow["money_at_risk_high"]


def test_what_does_not_belong_together_is_refused() -> None:
    inputs = inputs_of(shop_tables(150))
    with pytest.raises(ChurnError, match="lacks champion"):
        results_document(replace(inputs, comparison={"model_performance": [], "churn_rate": 0.3}))
    with pytest.raises(ChurnError, match="segments hold"):
        results_document(replace(inputs, scores=inputs.scores.iloc[1:]))


def test_in_words() -> None:
    shop = shop_tables()
    text = results_in_words(results_document(inputs_of(shop)))
    assert "more if nobody churned (" in text and "revenue, not profit" in text
    assert f"{len(shop.scores)} customers" in text and "31 % observed" in text
    assert (
        "lightgbm" in text
        and "* champion" in text
        and "A driver." in text
        and "Write to ten customers." in text
        and "It is worth it." in text
    )


def test_who_orders_again_is_told_for_every_segment_and_where_it_comes_from() -> None:
    shop = shop_tables()
    document = results_document(inputs_of(shop))
    for name, segment in document["segments"].items():
        own = shop.scores[shop.scores["status"] == name] if name in ("lapsed", "new") else None
        if own is not None:
            assert segment["avg_return_probability"] == pytest.approx(own["return_probability"].mean())
            assert segment["expected_returns"] == pytest.approx(own["return_probability"].sum())
    told = results_in_words(document)
    assert "lapsed: Enough." in told and "AUC 0.7000, log loss 0.5000" in told and "BG/NBD 0.6000" in told
    assert "new: Too few." in told and "a date for 12 customers" in told and "held 81 %" in told
