"""Versions, grades and drift in rows."""

from typing import Any

from churn_pipeline.core.wording import percent


def version_rows(models: dict[str, Any]) -> list[dict[str, str]]:
    """A row a registered version, the one in use with the star."""
    return [
        {
            "Version": f"{'★ ' if v['version'] == models['champion'] else ''}{v['version']}",
            "Kind": v["kind"],
            "Trained": v["created_at"][:16].replace("T", " "),
            "Test date": v["test_cutoff"],
            "AUC at that date": v["test_roc_auc"],
            "Log loss": v["test_log_loss"],
        }
        for v in models["versions"]
    ]


def grade_rows(grades: list[dict[str, Any]]) -> list[dict[str, str]]:
    """A row a scoring: what was expected and what happened, where that is known."""
    return [
        {
            "Scored as of": g["as_of"][:10],
            "Outcome known from": g["due_at"][:10],
            "Customers": f"{g['customers']:,}",
            "Expected churn": percent(g["expected_churn_rate"], 1),
            "Happened": "not yet known" if g["churn_rate"] is None else percent(g["churn_rate"], 1),
            "AUC": "-" if g["roc_auc"] is None else f"{g['roc_auc']:.3f}",
        }
        for g in grades
    ]


def drift_sentences(drift: dict[str, Any]) -> list[str]:
    """What has moved since the training."""
    moved = ", ".join(name.replace("_", " ") for name in drift["drifted_features"]) or "nothing"
    sentences = [
        f"Moved since the training: {moved}. These carry {percent(drift['drifted_importance'])} of the "
        "model's decisions."
    ]
    return sentences + [str(finding) for finding in drift["findings"]]
