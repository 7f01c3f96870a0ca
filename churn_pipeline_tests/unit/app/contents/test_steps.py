"""A job's steps in lines."""

from churn_pipeline.app.contents.steps import (
    AT_WORK,
    DONE,
    WAITING,
    advice,
    found_so_far,
    headline,
    job_rows,
    remaining,
    step_lines,
)
from churn_pipeline.app.contents.tables import NOTHING


def status(done=(), trained=0, total=6, state="in_progress", seconds=None):
    return {
        "steps_completed": list(done),
        "models_trained": trained,
        "models_total": total,
        "status": state,
        "estimated_remaining_seconds": seconds,
    }


def test_the_first_step_that_is_not_done_is_at_work_and_models_are_counted():
    lines = step_lines(status(("data_validated", "data_profiled", "features_engineered"), trained=3))
    assert lines[0].startswith(DONE)
    assert lines[3] == f"{AT_WORK} Models trained (3 of 6)"
    assert lines[4].startswith(WAITING)


def test_a_job_without_training_has_no_models_to_count():
    assert not any("Models trained" in line for line in step_lines(status(total=0)))


def test_the_remaining_time_is_said_in_seconds_then_in_minutes():
    assert remaining(status(seconds=None)) == ""
    assert remaining(status(seconds=42)) == "about 40 seconds left"
    assert remaining(status(seconds=170)) == "about 3 minutes left"


def test_what_a_step_found_stands_behind_it_once_it_is_done():
    profile = {
        "customers": {"customers": 15247},
        "transactions": {"orders": 40000},
        "quality": {"score": 9.5},
    }
    found = found_so_far({"profile": profile, "model_comparison": None})
    lines = step_lines(status(("data_validated",)), found)
    assert lines[0] == f"{DONE} Data checked (15,247 customers with an order, 40,000 orders)"
    assert lines[1] == f"{AT_WORK} Data described"


def test_the_headline_says_what_is_done_and_how_long_it_takes():
    assert headline(status(seconds=90) | {"detail": "Training."}) == "Training. About 1½ minutes left."
    assert headline(status() | {"detail": "Training."}) == "Training."


def test_a_failure_comes_with_what_to_do():
    assert "Make room" in advice("No space left on device", "train")[0]
    assert "Wait" in advice("Another run works for shop tea.", "train")[0]
    assert "deliver it again" in advice("Column 'x' has no dates.", "train")[0]
    assert "deliver" not in advice("There is no champion.", "score")[0]


def test_a_job_that_goes_on_has_no_duration_yet():
    job = {
        "job": "train",
        "requested_at": "2024-01-01T10:00:00Z",
        "requested_by": None,
        "status": "in_progress",
        "started_at": "2024-01-01T10:00:01Z",
        "ended_at": None,
    }
    ended = job | {"status": "completed", "ended_at": "2024-01-01T10:01:31Z"}
    rows = job_rows([job, ended])
    assert [r["Took"] for r in rows] == [NOTHING, "1 min 30 s"]
    assert rows[0]["By"] == "schedule or sensor"
