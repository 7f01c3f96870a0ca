"""Why a run failed, in the sentence that its user sees."""

from pathlib import Path

import dagster as dg

from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.failures import reason_of_failure


def test_a_run_that_was_closed_for_a_process_that_is_gone_says_so(tmp_path: Path):
    @dg.job
    def nothing() -> None:
        """A job without steps."""

    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        run = instance.create_run_for_job(nothing, status=dg.DagsterRunStatus.STARTED)
        instance.report_run_failed(run, "The process of this run is gone.")
        events = [e.dagster_event for e in instance.all_logs(run.run_id) if e.dagster_event is not None]
        reason = reason_of_failure(Settings(home=tmp_path), events, run.run_id)
    assert str(reason) == (
        "The process of this run is gone. The last good results are still there; begin it anew."
    )
