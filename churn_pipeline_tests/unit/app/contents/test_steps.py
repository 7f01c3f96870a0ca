"""A job's steps in lines."""

from churn_pipeline.app.contents.steps import AT_WORK, DONE, WAITING, remaining, step_lines


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
