"""Versions, grades and drift in rows."""

from churn_pipeline.app.contents.health import drift_sentences, grade_rows, version_rows


def test_a_scoring_whose_outcome_is_not_known_says_so():
    grade = {
        "as_of": "2024-01-01T00:00:00",
        "due_at": "2024-03-01T00:00:00",
        "customers": 3301,
        "expected_churn_rate": 0.5,
        "churn_rate": None,
        "roc_auc": None,
    }
    (row,) = grade_rows([grade])
    assert row["Happened"] == "not yet known"
    assert row["Customers"] == "3,301"


def test_the_version_in_use_has_the_star():
    version = {
        "version": "2",
        "kind": "blend",
        "created_at": "2024-01-01T10:00:00+00:00",
        "test_cutoff": "2023-10-01",
        "test_roc_auc": "0.7",
        "test_log_loss": "0.6",
    }
    (row,) = version_rows({"champion": "2", "versions": [version]})
    assert row["Version"] == "★ 2"
    assert row["Trained"] == "2024-01-01 10:00"


def test_nothing_that_moved_is_said_too():
    (sentence,) = drift_sentences({"drifted_features": [], "drifted_importance": 0.0, "findings": []})
    assert sentence.startswith("Moved since the training: nothing.")
