"""A job's steps as a person reads them."""

from typing import Any

from churn_pipeline.core.wording import counted

STEP_NAMES = {
    "data_validated": "Data checked",
    "data_profiled": "Data described",
    "features_engineered": "Features computed",
    "models_trained": "Models trained",
    "models_compared": "Models compared",
    "champion_chosen": "Best model chosen",
    "predictions_explained": "Reasons worked out",
    "customers_scored": "Customers scored",
    "insights_generated": "Segments, money and actions",
}
DONE, WAITING, AT_WORK = ":material/check_circle:", ":material/schedule:", ":material/pending:"


def step_lines(status: dict[str, Any]) -> list[str]:
    """A line a step: done, at work or to come; the models are one step that counts them."""
    done = set(status["steps_completed"])
    trained, total = status["models_trained"], status["models_total"]
    if total and trained == total:
        done.add("models_trained")
    lines, reached = [], True
    for step, name in STEP_NAMES.items():
        if step == "models_trained" and not total:
            continue
        counts = f" ({trained} of {total})" if step == "models_trained" else ""
        mark = DONE if step in done else AT_WORK if reached and status["status"] == "in_progress" else WAITING
        reached = reached and step in done
        lines.append(f"{mark} {name}{counts}")
    return lines


def remaining(status: dict[str, Any]) -> str:
    """How long it may still take, by earlier runs; empty where nobody knows."""
    seconds = status["estimated_remaining_seconds"]
    if seconds is None:
        return ""
    if seconds < 90:
        return f"about {counted(max(5, 5 * round(seconds / 5)), 'seconds')} left"
    return f"about {counted(round(seconds / 60), 'minutes')} left"
