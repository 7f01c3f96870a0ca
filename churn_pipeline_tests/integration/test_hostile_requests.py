"""Requests made up by schemathesis from the OpenAPI document, valid and not, with each of its checks: no 5xx
and no answer that the document does not name."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from churn_pipeline.access.keys import create_key
from churn_pipeline.access.rights import rights_of_key
from churn_pipeline.api.serve import serve_beside
from churn_pipeline.core.documents.service import JobLaunch
from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.gateway import launching
from churn_pipeline.runtime.environment import prepared
from churn_pipeline_tests.builders.scored_home import scored_home

REQUESTS_OF_AN_OPERATION = 25
UNHURRIED = {"reads_per_minute": 10**6, "writes_per_minute": 10**6, "failures_per_minute": 10**6}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Address and an administrator's key of an installation with the scored shop `coffee`, which starts no
    process."""
    settings = scored_home(tmp_path, "coffee")[0].model_copy(update=UNHURRIED)
    key = create_key(settings, "fuzz", rights_of_key([], True, True, True))[1]
    with pytest.MonkeyPatch.context() as patch, prepared(settings):
        patch.setattr(launching, "start_job", cancelled_job)
        yield serve_beside(settings), key


def cancelled_job(settings: Settings, job: str, shop: str, config: dict, requested_by: str) -> JobLaunch:
    """A job that is over before it has begun."""
    at = datetime.now(UTC).replace(tzinfo=None)
    launch = {"job_id": f"{job}_{at:%H%M%S%f}", "job": job, "shop": shop, "config": config}
    rest = {"requested_by": requested_by, "requested_at": at, "process": {}}
    return launching.keep_launch(settings, JobLaunch(**launch, **rest, run_id=None, cancelled_at=at))


@pytest.mark.slow
def test_no_request_is_answered_by_what_the_document_does_not_name(served: tuple[str, str], tmp_path: Path):
    address, key = served
    command = [
        Path(sys.executable).parent / "schemathesis",
        "run",
        f"{address}/api/v1/openapi.json",
        "--checks=all",
        f"--max-examples={REQUESTS_OF_AN_OPERATION}",
        "--seed=7",
        f"--header=Authorization: Bearer {key}",
        "--exclude-operation-id=forget_shop",  # nothing would be left to ask about
        "--request-timeout=60",
        "--suppress-health-check=all",
        "--continue-on-failure",
        "--no-color",
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
