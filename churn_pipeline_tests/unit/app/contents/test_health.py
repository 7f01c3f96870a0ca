"""Versions, grades and drift in rows."""

from churn_pipeline.app.contents.health import (
    calibration_sentence,
    drift_rows,
    drift_sentences,
    grade_rows,
    history_lines,
    other_versions,
    rate_rows,
    version_rows,
)
from churn_pipeline.app.contents.tables import NOTHING

GRADE = {
    "as_of": "2024-01-01T00:00:00",
    "due_at": "2024-03-01T00:00:00",
    "model_version": "1",
    "customers": 3301,
    "expected_churn_rate": 0.5,
    "churn_rate": None,
    "high_expected_churn_rate": 0.75,
    "high_churn_rate": None,
    "roc_auc": None,
}


def version(number, auc="0.7"):
    return {
        "version": number,
        "kind": "blend",
        "created_at": "2024-01-01T10:00:00+00:00",
        "test_cutoff": "2023-10-01",
        "test_roc_auc": auc,
        "test_log_loss": "0.61236",
    }


def test_a_scoring_whose_outcome_is_not_known_says_so_and_the_newest_stands_first():
    newest, oldest = grade_rows([GRADE, GRADE | {"as_of": "2024-02-01T00:00:00", "churn_rate": 0.4}])
    assert (newest["Scored as of"], newest["Happened"]) == ("2024-02-01", "40.0 %")
    assert (oldest["Happened"], oldest["Customers"]) == ("not yet known", "3,301")


def test_what_churn_would_have_been_stands_beside_what_happened():
    grade = GRADE | {"churn_rate": 0.4, "contacted": 120, "churn_rate_happened": 0.35}
    [row] = grade_rows([grade])
    assert (row["Happened"], row["Without campaigns"]) == ("35.0 %", "40.0 %")
    assert "Without campaigns" not in grade_rows([grade | {"contacted": 0}])[0]


def test_the_version_in_use_has_the_star_and_the_others_can_replace_it():
    models = {"champion": "2", "versions": [version("1"), version("2"), version("3")]}
    assert [r["Version"] for r in version_rows(models)] == ["3", "★ 2", "1"]
    assert version_rows(models)[0]["Log loss"] == "0.6124"
    assert other_versions(models) == ["3", "1"]


def test_a_version_of_an_older_product_without_figures_is_shown_too():
    bare = {"version": "1", "kind": None, "created_at": "2024-01-01T10:00:00+00:00"}
    (row,) = version_rows({"champion": "1", "versions": [bare]})
    assert (row["Kind"], row["AUC at that date"]) == (NOTHING, NOTHING)


def test_the_history_says_who_was_taken_and_who_was_kept_newest_first():
    notes = [
        {"at": "2024-01-01T10:00:00", "event": "promoted", "version": "1", "reason": "first"},
        {"at": "2024-02-01T10:00:00", "event": "kept", "version": "1", "reason": "better"},
    ]
    lines = history_lines({"history": notes})
    assert lines[0] == "2024-02-01 10:00: version 1 kept (better)"
    assert "version 1 taken into use (first)" in lines[1]


def test_calibration_counts_the_groups_that_held():
    groups = [
        {"expected": 0.2, "observed": 0.21, "low": 0.15, "high": 0.27, "customers": 100},
        {"expected": 0.6, "observed": 0.4, "low": 0.3, "high": 0.5, "customers": 100},
    ]
    said = calibration_sentence(
        {"test_cutoff": "2024-01-01", "customers": 200, "expected": 0.4, "observed": 0.31, "groups": groups}
    )
    assert "In 1 of 2 groups" in said
    assert "31.0 % did" in said


def test_nothing_that_moved_is_said_too():
    (sentence,) = drift_sentences({"drifted_features": [], "drifted_importance": 0.0, "findings": []})
    assert sentence.startswith("Moved since the training: nothing.")


def test_the_feature_that_moved_most_stands_first_and_rates_have_both_lines():
    feature = {"psi_limit": 0.25, "importance": 0.1, "drifted": False}
    drift = {
        "features": [
            feature | {"feature": "total_purchase_count", "psi": 0.1},
            feature | {"feature": "longest_gap", "psi": 0.9, "drifted": True},
        ],
        "churn_rates": [
            {"cutoff": "2024-01-01", "churn_rate": 0.5, "usual_rate": None},
            {"cutoff": "2024-02-01", "churn_rate": 0.5, "usual_rate": 0.4},
        ],
    }
    first, _ = drift_rows(drift)
    assert (first["Feature"], first[""]) == ("Longest gap", "moved")
    assert [r["Of"] for r in rate_rows(drift)] == ["Happened", "Happened", "Usual until then"]
