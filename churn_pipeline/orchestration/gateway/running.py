"""What a detached process does: the job that it was started for."""

import signal
from collections.abc import Callable
from datetime import timedelta

from churn_pipeline.access.webhooks.send import send_until_arrived
from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.gateway.launching import find_launch, request_tags
from churn_pipeline.orchestration.launch import run_job

LONGEST_WAIT_FOR_WEBHOOKS = timedelta(minutes=5)


def run_launched(settings: Settings, job_id: str, say: Callable[[str], None]) -> None:
    """Runs a job in this process, as `run_job` does; one that was cancelled meanwhile is left alone."""
    # an interrupt cancels; a process started in the background may have been told to ignore it
    signal.signal(signal.SIGINT, signal.default_int_handler)
    launch = find_launch(settings, job_id)
    if launch is None:
        raise NotFound(f"There is no job {job_id!r} that was asked for.")
    if launch.cancelled_at is not None:
        say("The job was cancelled before it began.")
        return
    try:
        run_job(settings, launch.job, launch.shop, launch.config, say, request_tags(launch))
    finally:
        for sentence in send_until_arrived(settings, launch.shop, LONGEST_WAIT_FOR_WEBHOOKS):
            say(sentence)
