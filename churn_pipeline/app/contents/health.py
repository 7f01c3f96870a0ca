"""Versions, grades and drift in rows."""

from typing import Any

from churn_pipeline.app.contents.models import feature_words
from churn_pipeline.app.contents.summary import MODEL_NAMES
from churn_pipeline.app.contents.tables import NOTHING
from churn_pipeline.core.wording import counted, number, percent

MOST_MOVED = 10


def version_rows(models: dict[str, Any]) -> list[dict[str, str]]:
    """A row a registered version, newest first, the one in use with the star."""
    return [
        {
            "Version": f"{'★ ' if v['version'] == models['champion'] else ''}{v['version']}",
            "Kind": MODEL_NAMES.get(v["kind"], v["kind"] or NOTHING),
            "Trained": v["created_at"][:16].replace("T", " "),
            "Test date": v.get("test_cutoff", NOTHING),
            "AUC at that date": _rounded(v.get("test_roc_auc"), 3),
            "Log loss": _rounded(v.get("test_log_loss"), 4),
        }
        for v in reversed(models["versions"])
    ]


def other_versions(models: dict[str, Any]) -> list[str]:
    """Versions that could be taken into use instead, newest first."""
    return [v["version"] for v in reversed(models["versions"]) if v["version"] != models["champion"]]


def history_lines(models: dict[str, Any]) -> list[str]:
    """Who replaced whom and why, newest first."""
    return [
        f"{note['at'][:16].replace('T', ' ')}: "
        + (
            f"version {note['version']} taken into use"
            if note["event"] == "promoted"
            else f"version {note['version']} kept"
        )
        + f" ({note['reason']})"
        for note in reversed(models["history"])
    ]


def grade_rows(grades: list[dict[str, Any]]) -> list[dict[str, str]]:
    """A row a scoring, newest first: what was expected and what happened, where that is known."""
    return [
        {
            "Scored as of": g["as_of"][:10],
            "Outcome known from": g["due_at"][:10],
            "Model": f"version {g['model_version']}",
            "Customers": f"{g['customers']:,}",
            "Expected churn": percent(g["expected_churn_rate"], 1),
            "Happened": "not yet known" if g["churn_rate"] is None else percent(g["churn_rate"], 1),
            **_without_campaigns(g),
            "High risk: expected": _share(g["high_expected_churn_rate"]),
            "High risk: happened": _share(g["high_churn_rate"]),
            "AUC": _rounded(g["roc_auc"], 3),
        }
        for g in reversed(grades)
    ]


def calibration_sentence(calibration: dict[str, Any]) -> str:
    """What was expected at the test date, what happened, and in how many groups it held."""
    held = sum(g["low"] <= g["expected"] <= g["high"] for g in calibration["groups"])
    return (
        f"At the test date {calibration['test_cutoff']} {percent(calibration['expected'], 1)} of "
        f"{counted(calibration['customers'], 'customers')} were expected to leave and "
        f"{percent(calibration['observed'], 1)} did. In {held} of {len(calibration['groups'])} groups of "
        "like probability the expected share lies within the 95 % interval of the observed one."
    )


def _without_campaigns(grade: dict[str, Any]) -> dict[str, str]:
    """What happened with the campaigns stands beside what would have without, where there were any."""
    if not grade.get("contacted") or grade["churn_rate"] is None:
        return {}
    return {
        "Happened": percent(grade["churn_rate_happened"], 1),
        "Without campaigns": percent(grade["churn_rate"], 1),
    }


def drift_sentences(drift: dict[str, Any]) -> list[str]:
    """What has moved since the training."""
    moved = ", ".join(feature_words(name) for name in drift["drifted_features"]) or "nothing"
    sentences = [
        f"Moved since the training: {moved}. These carry {percent(drift['drifted_importance'])} of the "
        "model's decisions."
    ]
    return sentences + [str(finding) for finding in drift["findings"]]


def drift_rows(drift: dict[str, Any]) -> list[dict[str, str]]:
    """The features that moved most, by their distance from what the model learned from (PSI)."""
    known = [f for f in drift["features"] if f["psi"] is not None]
    rows = sorted(known, key=lambda f: float(f["psi"]), reverse=True)[:MOST_MOVED]
    return [
        {
            "Feature": feature_words(f["feature"]),
            "Distance (PSI)": number(f["psi"], 2),
            "Usual up to": number(f["psi_limit"], 2),
            "Share of the decision": percent(f["importance"], 1),
            "": "moved" if f["drifted"] else "",
        }
        for f in rows
    ]


def rate_rows(drift: dict[str, Any]) -> list[dict[str, Any]]:
    """The churn rate at each cutoff beside the usual one, for a chart; percent."""
    return [
        {"Cutoff": row["cutoff"][:10], "Of": name, "Churn rate, %": round(100 * row[key], 2)}
        for row in drift["churn_rates"]
        for key, name in (("churn_rate", "Happened"), ("usual_rate", "Usual until then"))
        if row[key] is not None
    ]


def _rounded(value: float | str | None, digits: int) -> str:
    return NOTHING if value is None else f"{float(value):.{digits}f}"


def _share(value: float | None) -> str:
    return NOTHING if value is None else percent(value, 1)
