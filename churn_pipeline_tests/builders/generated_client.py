"""A client generated from the OpenAPI document, and the way of a web team's first afternoon with it."""

import hashlib
import hmac
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from churn_pipeline.api.app import create_app
from churn_pipeline.core.settings import Settings
from churn_pipeline_tests.builders.receivers import Receiver

PACKAGE = "churn_client"
OVER = ("completed", "failed", "cancelled")
LONGEST_SECONDS = 1800


@dataclass
class Walk:
    """What came of it. seconds: of each part; statuses: those that were asked for; sizes: bytes of the
    exports, by format."""

    job: Any = None
    results: Any = None
    page: Any = None
    scenario: Any = None
    seconds: dict[str, float] = field(default_factory=dict)
    statuses: list[Any] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)


def generate_client(folder: Path) -> None:
    """Generates the package `churn_client` into a folder and makes it importable; raises what the generator
    complains about."""
    document = folder / "openapi.json"
    document.write_text(json.dumps(create_app(Settings()).openapi()))
    (folder / "config.yaml").write_text("post_hooks: []\n")
    command = ["openapi-python-client", "generate", "--meta", "none", "--fail-on-warning", "--path", document]
    command += ["--output-path", folder / PACKAGE, "--config", folder / "config.yaml"]
    program = Path(sys.executable).parent / str(command[0])
    done = subprocess.run([program, *command[1:]], capture_output=True, text=True, cwd=folder, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    sys.path.insert(0, str(folder))


def operation(tag: str, name: str) -> Callable[..., Any]:
    """What the generated client has for an operation."""
    return import_module(f"{PACKAGE}.api.{tag}.{name}").sync  # type: ignore[no-any-return]


def client_of(address: str, key: str) -> Any:
    """A client that asks the API at an address."""
    return import_module(PACKAGE).AuthenticatedClient(base_url=address, token=key, timeout=600)


Wait = Callable[[str], list[Any]]
"""Given a job's id, returns the statuses that it saw, the last one when the job has ended."""


def walk(
    client: Any, file: Path, shop: str, waiting: Callable[[Any, str], Wait], **configuration: Any
) -> Walk:
    """Upload, configure, train, wait, results, predictions, simulate, export.

    waiting: makes of client and shop the way to wait; configuration: more of /configure, such as
    churn_threshold_days."""
    models, types = import_module(f"{PACKAGE}.models"), import_module(f"{PACKAGE}.types")
    done, since = Walk(), time.monotonic()

    def took(part: str) -> None:
        nonlocal since
        done.seconds[part], since = round(time.monotonic() - since, 1), time.monotonic()

    with file.open("rb") as content:
        body = models.BodyUploadFile(file=types.File(content, file.name, "text/csv"), shop=shop)
        upload = operation("uploads", "upload_file")(client=client, body=body)
    took("upload")
    request = models.ConfigureRequest.from_dict(
        {"upload_id": upload.upload_id, "session_id": shop, **configuration}
    )
    configured = operation("sessions", "configure_session")(client=client, body=request)
    assert configured.status == "configured", configured.to_dict()
    took("configure")
    wait = waiting(client, shop)
    asked = models.TrainRequest(session_id=shop)
    started = operation("jobs", "train")(client=client, body=asked, idempotency_key="the first training")
    done.statuses = wait(started.job_id)
    done.job = done.statuses[-1]
    assert done.job.status == "completed", done.job.to_dict()
    took("train")
    done.results = operation("results", "get_results")(shop, client=client)
    took("results")
    done.page = operation("customers", "get_predictions")(shop, client=client, sort="-clv", limit=50)
    took("predictions")
    inputs = models.ScenarioInputs.from_dict({"target_count": 100, "discount_percent": 20})
    campaign = models.SimulateRequest(session_id=shop, scenario=inputs, name="a first one")
    done.scenario = operation("simulation", "simulate")(client=client, body=campaign)
    took("simulate")
    for kind in ("csv", "xlsx", "parquet", "pdf"):
        wanted = models.ExportFormat(kind)
        exported = operation("exports", "export")(shop, client=client, format_=wanted)
        done.sizes[kind] = len(exported.payload.read())
        took(f"export {kind}")
    return done


def by_polling(client: Any, _: str) -> Wait:
    """Asks for the job's status until it has ended."""

    def wait(job_id: str) -> list[Any]:
        seen, end = [], time.monotonic() + LONGEST_SECONDS
        while time.monotonic() < end:
            seen.append(operation("jobs", "get_job")(job_id, client=client))
            if seen[-1].status in OVER:
                return seen
            time.sleep(1)
        raise AssertionError(f"job {job_id} is not over: {seen[-1]}")

    return wait


def by_webhook(receiver: Receiver) -> Callable[[Any, str], Wait]:
    """Waits for the message that the job has ended, holds it against its signature, and asks for the status
    once."""

    def waiting(client: Any, shop: str) -> Wait:
        asked = import_module(f"{PACKAGE}.models").WebhookRequest(session_id=shop, url=receiver.url())
        secret = operation("webhooks", "create_webhook")(client=client, body=asked).secret

        def wait(job_id: str) -> list[Any]:
            end = time.monotonic() + LONGEST_SECONDS
            while job_id not in [json.loads(body)["job_id"] for body in receiver.bodies]:
                assert time.monotonic() < end, "no message came"
                time.sleep(0.2)
            for headers, body in zip(receiver.headers, receiver.bodies, strict=True):
                assert headers["churn-signature"] == signature(secret, headers["churn-signature"], body)
            return [operation("jobs", "get_job")(job_id, client=client)]

        return wait

    return waiting


def signature(secret: str, said: str, body: bytes) -> str:
    """The header that a message with the time of `said` has to carry."""
    at = said.removeprefix("t=").partition(",")[0]
    signed = hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256)
    return f"t={at},v1={signed.hexdigest()}"
