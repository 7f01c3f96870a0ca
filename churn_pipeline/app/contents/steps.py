"""A job's steps as a person reads them."""

from datetime import datetime
from typing import Any

from churn_pipeline.app.contents.summary import MODEL_NAMES
from churn_pipeline.app.contents.tables import NOTHING
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


def step_lines(status: dict[str, Any], found: dict[str, str] | None = None) -> list[str]:
    """A line a step: done, at work or to come; the models are one step that counts them. found: step -> what
    came of it, in words."""
    done = set(status["steps_completed"])
    trained, total = status["models_trained"], status["models_total"]
    if total and trained == total:
        done.add("models_trained")
    lines, reached = [], True
    for step, name in STEP_NAMES.items():
        if step == "models_trained" and not total:
            continue
        counts = f" ({trained} of {total})" if step == "models_trained" else ""
        if step in done and found and step in found:
            counts = f" ({found[step]})"
        mark = DONE if step in done else AT_WORK if reached and status["status"] == "in_progress" else WAITING
        reached = reached and step in done
        lines.append(f"{mark} {name}{counts}")
    return lines


def headline(status: dict[str, Any]) -> str:
    """What is being done, and how long it may still take."""
    left = remaining(status)
    return str(status["detail"]) + (f" {left[0].upper()}{left[1:]}." if left else "")


def found_so_far(partial: dict[str, Any]) -> dict[str, str]:
    """Step -> what the run in progress has found in it."""
    profile, comparison = partial["profile"], partial["model_comparison"]
    found = {}
    if profile:
        customers, orders = profile["customers"]["customers"], profile["transactions"]["orders"]
        found["data_validated"] = (
            f"{counted(customers, 'customers')} with an order, {counted(orders, 'orders')}"
        )
        found["data_profiled"] = f"quality {profile['quality']['score']:.1f} of 10"
    if comparison:
        found["features_engineered"] = counted(len(comparison["features"]), "features")
        best = comparison["champion_model"]
        found["models_compared"] = f"best: {MODEL_NAMES.get(best, best)}"
    return found


def advice(error: str | None, job: str) -> list[str]:
    """What to do after a failure, in the order in which it is worth trying."""
    said = (error or "").lower()
    if "another run" in said or "lock" in said:
        return ["Wait for the other run of this shop to end, then start again."]
    if "space" in said or "disk" in said:
        return ["Make room on the disk that holds the product's data, then start again."]
    if "memory" in said or "killed" in said:
        return ["Close other programs or take a machine with more memory, then start again."]
    first = "Mend what the sentence above names"
    again = "in the file, and deliver it again." if job in ("train", "ingest") else "and start again."
    return [f"{first} {again}", "If it names nothing that can be mended, look at the run in Dagster."]


def remaining(status: dict[str, Any]) -> str:
    """How long it may still take, by earlier runs; empty where nobody knows."""
    seconds = status["estimated_remaining_seconds"]
    if seconds is None:
        return ""
    if seconds < 90:
        return f"about {counted(max(5, 5 * round(seconds / 5)), 'seconds')} left"
    halves = round(seconds / 30)
    if halves % 2 and halves < 10:
        return f"about {halves // 2}½ minutes left"
    return f"about {counted(round(seconds / 60), 'minutes')} left"


JOB_NAMES = {
    "train": "Training",
    "ingest": "File taken in",
    "ingest_dropped_file": "Dropped file taken in",
    "score": "Scoring",
    "grade": "Grading",
}


def job_rows(jobs: list[dict[str, Any]]) -> list[dict[str, str]]:
    """A row a job, newest first."""
    return [
        {
            "Job": JOB_NAMES.get(job["job"], job["job"]),
            "Asked for": job["requested_at"][:16].replace("T", " "),
            "By": job["requested_by"] or "schedule or sensor",
            "State": job["status"].replace("_", " "),
            "Took": _duration(job),
        }
        for job in jobs
    ]


def _duration(job: dict[str, Any]) -> str:
    if not job["started_at"] or not job["ended_at"]:
        return NOTHING
    took = datetime.fromisoformat(job["ended_at"]) - datetime.fromisoformat(job["started_at"])
    minutes, seconds = divmod(round(took.total_seconds()), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
