"""Requests made up by schemathesis from the OpenAPI document, valid and not, with each of its checks: no 5xx
and no answer that the document does not name."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from churn_pipeline.access.keys import create_key
from churn_pipeline.access.rights import rights_of_key
from churn_pipeline.api.serve import serve_beside
from churn_pipeline.core.documents.service import JobLaunch
from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.gateway import launching
from churn_pipeline.runtime.environment import prepared
from churn_pipeline_tests.builders.scored_home import scored_home

UNHURRIED = {"reads_per_minute": 10**6, "writes_per_minute": 10**6, "failures_per_minute": 10**6}
BEYOND_A_SCHEMA = {
    "upload_file": "whether a file can be read",
    "ask_what_if_file": "the same",
    "upload_do_not_contact": "the same",
    "upload_responses": "the same",
    "create_webhook": "whether messages may go to an address",
    "configure_session": "whether columns, zone and limits fit the shop's file",
    "create_campaign": "whether a campaign is for exactly one group, and possible",
    "preview_campaign": "the same",
    "list_campaign_members": "which arms a campaign has",
    "export": "which contents there are in which format, with which columns",
    "export_campaign": "the same",
    "get_predictions": "which columns a shop has to sort by; a cursor is opaque",
    "export_predictions": "the same, and that the least of a range is no more than its most",
    "create_user": "which names are taken, and which characters are printable",
    "create_key": "which characters are printable, and that an admin's key names no shop",
    "save_audience": "which characters are printable",
}
"""Operations that rightly refuse (422) some requests which fit the document, and what it cannot say: for them
alone the check `positive_data_acceptance` is off. Every other check is on for every operation."""
CONFIGURATION = """
[checks]
enabled = true
[dictionaries.shops]
values = ["coffee"]
[dictionaries.customers]
values = ["{customer}"]
[parameters]
"session_id" = {{ dictionary = "shops", probability = 0.8 }}
"customer_id" = {{ dictionary = "customers", probability = 0.8 }}
"""
EXCEPTION = """
[[operations]]
include-operation-id = "{operation}"
checks.positive_data_acceptance.enabled = false
"""


def configuration(customer: str) -> str:
    """schemathesis.toml: values that exist are asked for most of the time."""
    exceptions = (EXCEPTION.format(operation=operation) for operation in BEYOND_A_SCHEMA)
    return CONFIGURATION.format(customer=customer) + "".join(exceptions)


@dataclass(frozen=True)
class Served:
    """Where an installation answers, an administrator's key for it, and one of its customers."""

    address: str
    key: str
    customer: str


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """An installation with the scored shop `coffee`, which starts no process."""
    home, tables = scored_home(tmp_path, "coffee")
    settings = home.model_copy(update=UNHURRIED)
    customer = str(tables.scores["customer_id"].iloc[0])
    key = create_key(settings, "fuzz", rights_of_key(None, True, True, True))[1]
    with pytest.MonkeyPatch.context() as patch, prepared(settings):
        patch.setattr(launching, "start_job", cancelled_job)
        address = serve_beside(settings)
        # schemathesis waits ten seconds for the document, however busy the machine is: it is made before
        assert httpx.get(f"{address}/api/v1/openapi.json", timeout=300, trust_env=False).is_success
        yield Served(address, key, customer)


def cancelled_job(settings: Settings, job: str, shop: str, config: dict, requested_by: str) -> JobLaunch:
    """A job that is over before it has begun."""
    at = datetime.now(UTC).replace(tzinfo=None)
    launch = {"job_id": f"{job}_{at:%H%M%S%f}", "job": job, "shop": shop, "config": config}
    rest = {"requested_by": requested_by, "requested_at": at, "process": {}}
    return launching.keep_launch(settings, JobLaunch(**launch, **rest, run_id=None, cancelled_at=at))


def test_made_up_requests_get_the_answers_of_the_document(served: Served, tmp_path: Path):
    """Each parameter and field at and beyond its limits, and every method: about a minute."""
    hold(served, tmp_path, "--phases=examples,coverage", "--max-time=60")


@pytest.mark.slow
def test_many_made_up_requests_get_the_answers_of_the_document(served: Served, tmp_path: Path):
    """Random ones too, and sequences: what was deleted is gone, what was made is there."""
    hold(served, tmp_path, "--max-examples=40", "--max-time=1500")


def hold(served: Served, folder: Path, *options: str) -> None:
    """Fails with schemathesis' report unless every check holds: no server error; status, type, headers
    and body as documented; invalid requests refused and valid ones taken; 405 with the right Allow; no answer
    without the key; nothing found after its deletion."""
    (folder / "schemathesis.toml").write_text(configuration(served.customer))
    command = [
        Path(sys.executable).parent / "schemathesis",
        f"--config-file={folder / 'schemathesis.toml'}",
        "run",
        f"{served.address}/api/v1/openapi.json",
        "--seed=7",
        f"--header=Authorization: Bearer {served.key}",
        "--exclude-operation-id=forget_shop",  # nothing would be left to ask about
        "--request-timeout=120",
        "--max-response-time=120",  # how fast it answers is measured elsewhere, on a machine at rest
        "--suppress-health-check=all",
        "--continue-on-failure",
        "--no-color",
        *options,
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stdout[-60_000:] + done.stderr[-2_000:]
    assert "Selected: " in done.stdout
