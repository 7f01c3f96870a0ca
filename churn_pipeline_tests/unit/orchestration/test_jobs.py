"""The jobs hold the assets that they should."""

from churn_pipeline.orchestration.assets import ledger
from churn_pipeline.orchestration.definitions import build_defs


def test_jobs_hold_what_they_should():
    train, score = (set(build_defs().resolve_job_def(name).graph.node_dict) for name in ("train", "score"))
    assert train - score == {
        "raw_transactions",
        "ledger_quality",
        "transactions",
        "data_profile",
        "churn_definition",
        "training_snapshots",
        "return_snapshots",
        "return_models",
        "logistic_regression",
        "random_forest",
        "xgboost",
        "lightgbm",
        "svm",
        "decision_tree",
        "neural_network",
        "baselines",
        "model_comparison",
        "champion",
    }
    assert "churn_definition" not in build_defs().resolve_job_def("ingest_dropped_file").graph.node_dict
    assert set(build_defs().resolve_job_def("grade").graph.node_dict) == {"graded_predictions"}
    assert ledger.raw_transactions.key.to_user_string() not in score, "nothing was delivered"
