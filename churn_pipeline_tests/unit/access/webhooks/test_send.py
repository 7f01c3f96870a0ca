"""Messages on their way: signed, to the address that was looked at, no further."""

import json
import time
from datetime import timedelta
from pathlib import Path

import pytest

from churn_pipeline.access.rights import now_utc
from churn_pipeline.access.webhooks.deliveries import JobEnd, next_attempt, queue_job_end
from churn_pipeline.access.webhooks.send import send_due, send_until_arrived
from churn_pipeline.access.webhooks.signature import is_genuine
from churn_pipeline.access.webhooks.subscriptions import create_webhook
from churn_pipeline.core.settings import Settings
from churn_pipeline_tests.builders.receivers import receiving


def home(tmp_path: Path, url: str, allowed: bool = True) -> tuple[Settings, str]:
    """A shop whose webhook waits for one message, and the webhook's secret."""
    open_settings = Settings(home=tmp_path, webhooks_allow_private=True)
    _, secret = create_webhook(open_settings, "tea", url, "mia")
    queue_job_end(open_settings, JobEnd("tea", "run-1", "job-1", "train", "completed", now_utc()), now_utc())
    return Settings(home=tmp_path, webhooks_allow_private=allowed), secret


def test_a_message_arrives_signed(tmp_path: Path):
    with receiving() as receiver:
        settings, secret = home(tmp_path, receiver.url())
        assert send_due(settings) == (1, [])
        assert send_due(settings) == (0, [])
    (body,), (headers,) = receiver.bodies, receiver.headers
    assert is_genuine(secret, headers["churn-signature"], body, int(time.time()))
    assert headers["content-type"] == "application/json"
    assert json.loads(body)["status"] == "completed"


def test_the_connection_goes_to_the_address_that_was_looked_at(tmp_path: Path):
    looked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        looked.append(host)
        return ["127.0.0.1"]

    with receiving() as receiver:
        settings, _ = home(tmp_path, receiver.url("shop.invalid"))
        assert send_due(settings, resolve) == (1, [])
    assert looked == ["shop.invalid"]
    assert receiver.headers[0]["host"] == f"shop.invalid:{receiver.port}"


def test_a_private_address_gets_nothing(tmp_path: Path):
    with receiving() as receiver:
        settings, _ = home(tmp_path, receiver.url(), allowed=False)
        arrived, (problem,) = send_due(settings)
    assert (arrived, receiver.bodies) == (0, [])
    assert "begins with https://" in problem


def test_a_name_that_leads_inside_gets_nothing(tmp_path: Path):
    settings, _ = home(tmp_path, "https://rebound.example.com/", allowed=False)
    arrived, (problem,) = send_due(settings, lambda host, port: ["93.184.216.34", "127.0.0.1"])
    assert arrived == 0
    assert "rebound.example.com leads into a private network" in problem


@pytest.mark.parametrize("status", [302, 307, 404, 500])
def test_redirects_and_errors_are_no_arrival(tmp_path: Path, status: int):
    with receiving(status) as receiver:
        settings, _ = home(tmp_path, receiver.url())
        arrived, (problem,) = send_due(settings)
    assert (arrived, len(receiver.bodies)) == (0, 1)
    assert f"it answered {status}" in problem
    due = next_attempt(settings, "tea")
    assert due is not None
    assert due > now_utc()


def test_a_process_that_ends_waits_for_the_first_attempts_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    waited: list[float] = []
    clock = now_utc()

    def wait(seconds: float) -> None:
        nonlocal clock
        waited.append(seconds)
        clock += timedelta(seconds=seconds + 0.001)

    with receiving(500, 500, 200) as receiver:
        settings, _ = home(tmp_path, receiver.url())
        monkeypatch.setattr("churn_pipeline.access.webhooks.send.now_utc", lambda: clock)
        problems = send_until_arrived(settings, "tea", timedelta(minutes=5), wait)
    assert len(receiver.bodies) == 3
    assert len(problems) == 2
    assert [round(seconds) for seconds in waited] == [0, 5, 30]


def test_nobody_there_is_a_sentence(tmp_path: Path):
    with receiving() as receiver:
        url = receiver.url()
    settings, _ = home(tmp_path, url)
    arrived, (problem,) = send_due(settings)
    assert arrived == 0
    assert problem.startswith("The webhook at 127.0.0.1 was not reached (attempt 1): ConnectError")
