"""Where a run stands in Dagster's interface (code location, job), and what started it, whoever did."""

import dagster as dg
from dagster._core.remote_origin import (  # what the webserver enters into its runs
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

LOCATION, REPOSITORY = "churn_pipeline", "__repository__"
"""The code location's name in workspace.yaml, and the name of the one repository in it."""
TRIGGER_TAG = "trigger"
COMMAND, REQUEST, DROPPED_FILE, NEW_DATA, SCHEDULE, DRIFT, BY_HAND = (
    "command",
    "request",
    "dropped file",
    "new data",
    "schedule",
    "drift or grades",
    "by hand",
)


def job_origin(job: str) -> RemoteJobOrigin:
    """The origin of a run of the job as if the webserver had launched it. Without it the run is missing from
    the job's own list of runs, from the timeline and from the Jobs page."""
    return RemoteJobOrigin(RemoteRepositoryOrigin(RegisteredCodeLocationOrigin(LOCATION), REPOSITORY), job)


def trigger_of(run: dg.DagsterRun) -> str:
    """What started a run: its tag, or by hand where nothing has said so."""
    return run.tags.get(TRIGGER_TAG, BY_HAND)
