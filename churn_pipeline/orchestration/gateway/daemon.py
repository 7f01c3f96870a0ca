"""The daemon of this installation: whether it lives, and runs that it is asked for through Dagster's
webserver."""

import time
from typing import Any

import dagster as dg
import httpx

from churn_pipeline.core.settings import Settings

FRESH_SECONDS = 60
SECONDS_TO_LAUNCH = 90
"""A busy machine was seen to take 40."""
COORDINATOR = "QUEUED_RUN_COORDINATOR"
LOCATION, REPOSITORY = "churn_pipeline", "__repository__"
HEARTBEATS = "{ instance { daemonHealth { allDaemonStatuses { daemonType lastHeartbeatTime } } } }"
LAUNCH = """
mutation Launch($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}"""


def daemon_is_alive(instance: dg.DagsterInstance) -> bool:
    """Whether the daemon that takes runs off the queue gave a sign of life in the last minute."""
    last = _heartbeat(instance)
    return last is not None and time.time() - last < FRESH_SECONDS


def submit_to_daemon(
    settings: Settings, instance: dg.DagsterInstance, job: str, config: dict[str, Any], tags: dict[str, str]
) -> str | None:
    """The id of the queued run; None where no webserver of this installation answers, or it refuses.

    tags: of this run alone. One that is asked for and not answered in time may be queued all the same: it is
    looked for by them, so that nobody starts it a second time."""
    params = {"params": _parameters(job, config, tags)}
    try:
        with httpx.Client(base_url=settings.dashboard_url, timeout=10) as client:
            if not _is_ours(client, instance):
                return None
            client.timeout = httpx.Timeout(10, read=SECONDS_TO_LAUNCH)
            try:
                answer = _ask(client, LAUNCH, params)["launchRun"]
            except httpx.ReadTimeout:
                return _queued(instance, tags)
    except (httpx.HTTPError, KeyError, TypeError, ValueError):
        return None  # nobody there, or something else than Dagster: the job runs without it
    return answer["run"]["runId"] if answer["__typename"] == "LaunchRunSuccess" else None


def _queued(instance: dg.DagsterInstance, tags: dict[str, str]) -> str | None:
    records = instance.get_run_records(dg.RunsFilter(tags=tags), limit=1)
    return records[0].dagster_run.run_id if records else None


def _parameters(job: str, config: dict[str, Any], tags: dict[str, str]) -> dict[str, Any]:
    return {
        "selector": {
            "repositoryLocationName": LOCATION,
            "repositoryName": REPOSITORY,
            "jobName": job,
        },
        "runConfigData": {"ops": {"raw_transactions": {"config": config}} if config else {}},
        "mode": "default",
        "executionMetadata": {"tags": [{"key": k, "value": v} for k, v in tags.items()]},
    }


def _is_ours(client: httpx.Client, instance: dg.DagsterInstance) -> bool:
    """Whether the webserver shows this installation: its daemon's last heartbeat lies between two looks."""
    before = _heartbeat(instance)
    statuses = _ask(client, HEARTBEATS, {})["instance"]["daemonHealth"]["allDaemonStatuses"]
    after = _heartbeat(instance)
    shown = next((s["lastHeartbeatTime"] for s in statuses if s["daemonType"] == COORDINATOR), None)
    if before is None or shown is None or after is None:
        return False
    return before - 1e-3 <= float(shown) <= after + 1e-3


def _heartbeat(instance: dg.DagsterInstance) -> float | None:
    beat = instance.get_daemon_statuses([COORDINATOR])[COORDINATOR].last_heartbeat
    return None if beat is None else float(beat.timestamp)


def _ask(client: httpx.Client, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/graphql", json={"query": query, "variables": variables})
    answer.raise_for_status()
    data: dict[str, Any] = answer.json()["data"]
    return data
