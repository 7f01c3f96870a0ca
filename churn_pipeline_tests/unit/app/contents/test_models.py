"""Models in words."""

from churn_pipeline.app.contents.models import (
    champion_of,
    feature_words,
    importance_rows,
    model_rows,
    performance_sentences,
)
from churn_pipeline.features.catalogue import feature

MODEL = {
    "model": "svm",
    "roc_auc": 0.75,
    "average_precision": 0.6,
    "log_loss": 0.5,
    "f1": 0.7,
    "recall": 0.9,
    "precision": 0.68,
    "true_positives": 68,
    "false_positives": 32,
    "false_negatives": 8,
    "true_negatives": 92,
    "rows": 200,
    "precision_at_10": 0.8,
    "lift_at_10": 2.1,
}
RESULTS = {
    "summary": {"champion_model": "svm"},
    "model_performance": [MODEL, MODEL | {"model": "xgboost", "log_loss": 0.55}],
    "baselines": [MODEL | {"model": "bg_nbd", "log_loss": 0.52}],
}


def test_the_best_log_loss_stands_first_and_the_champion_has_the_star():
    assert [row["Model"] for row in model_rows(RESULTS)] == ["★ SVM", "BG/NBD (2005)", "XGBoost"]


def test_metrics_are_said_as_sentences():
    sentences = performance_sentences(champion_of(RESULTS))
    assert sentences[0] == "Of 100 customers that are flagged, 68 leave."
    assert "100 of 200 customers were flagged and 76 left" in sentences[2]


def test_a_feature_has_the_catalogues_label_everywhere():
    label = feature("days_since_last_purchase").label
    assert feature_words("days_since_last_purchase") == label == "Days since last order"
    results = {"feature_importance": [{"feature": "days_since_last_purchase", "importance": 0.2}]}
    assert importance_rows(results)[0]["Driver"] == label
    assert feature_words("weak_start") == "Weak start"
