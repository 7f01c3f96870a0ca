"""Which failed run a retry goes on from."""

import dagster as dg
import pytest

from churn_pipeline.orchestration.shop_executor import continued_run


@dg.op
def first():
    pass


@dg.op(ins={"after": dg.In(dg.Nothing)})
def second():
    raise ValueError("on purpose")


@dg.job
def two_steps():
    second(first())


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as found:
        yield found


def retry_of(run_id, steps=("second",)):
    return dg.DagsterRun(
        job_name=two_steps.name,
        parent_run_id=run_id,
        root_run_id=run_id,
        step_keys_to_execute=list(steps) or None,
    )


def test_a_retry_goes_on_from_the_steps_that_had_finished(instance):
    failed = two_steps.execute_in_process(instance=instance, raise_on_error=False)
    assert continued_run(instance, retry_of(failed.run_id)) == failed.run_id


def test_a_run_that_was_killed_before_any_step_had_finished_is_begun_anew(instance):
    killed = instance.create_run_for_job(two_steps, status=dg.DagsterRunStatus.FAILURE)
    assert continued_run(instance, retry_of(killed.run_id, ("first", "second"))) is None


def test_steps_executed_again_after_a_success_and_whole_runs_begin_with_what_is_published(instance):
    done = instance.create_run_for_job(two_steps, status=dg.DagsterRunStatus.SUCCESS)
    failed = two_steps.execute_in_process(instance=instance, raise_on_error=False)
    assert continued_run(instance, retry_of(done.run_id)) is None
    assert continued_run(instance, retry_of(failed.run_id, ())) is None
    assert continued_run(instance, dg.DagsterRun(job_name=two_steps.name)) is None
