"""Messages: once for each webhook and run, taken by one sender, tried again."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from churn_pipeline.access.rights import now_utc
from churn_pipeline.access.webhooks.deliveries import (
    BACKOFF,
    TAKEN_FOR,
    JobEnd,
    Standing,
    is_waited_for,
    next_attempt,
    note_delivered,
    note_failed,
    queue_job_end,
    standings,
    take_due,
)
from churn_pipeline.access.webhooks.subscriptions import create_webhook, delete_webhook
from churn_pipeline.core.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path)
    create_webhook(settings, "tea", "https://shop.example.com/churn", "mia")
    return settings


def ended(shop: str = "tea", run_id: str = "run-1", at: datetime | None = None) -> JobEnd:
    return JobEnd(shop, run_id, "job-1", "train", "completed", at or now_utc())


def test_a_job_is_told_once(settings: Settings):
    end = ended()
    assert is_waited_for(settings, end)
    assert queue_job_end(settings, end, now_utc()) == 1
    assert not is_waited_for(settings, end)
    assert queue_job_end(settings, end, now_utc()) == 0
    (delivery,) = take_due(settings, now_utc())
    body = json.loads(delivery.body)
    assert (body["type"], body["session_id"], body["job_id"]) == ("job.completed", "tea", "job-1")
    assert set(body) == {"id", "type", "session_id", "job_id", "job", "status", "ended_at", "reason"}


def test_other_shops_and_earlier_jobs_are_not(settings: Settings):
    assert not is_waited_for(settings, ended("coffee"))
    assert not is_waited_for(settings, ended(at=now_utc() - timedelta(minutes=1)))


def test_of_several_senders_one_takes_a_message(settings: Settings):
    for n in range(10):
        queue_job_end(settings, ended(run_id=f"run-{n}"), now_utc())
    now = now_utc()
    with ThreadPoolExecutor(4) as pool:
        taken = [d.id for found in pool.map(lambda _: take_due(settings, now, 5), range(6)) for d in found]
    assert len(taken) == len(set(taken)) == 10
    assert take_due(settings, now) == []


def test_one_that_died_with_its_sender_is_taken_again(settings: Settings):
    queue_job_end(settings, ended(), now_utc())
    now = now_utc()
    assert [d.attempt for d in take_due(settings, now)] == [1]
    assert [d.attempt for d in take_due(settings, now + TAKEN_FOR)] == [2]


def test_failures_are_tried_again_later_each_time_and_given_up(settings: Settings):
    queue_job_end(settings, ended(), now_utc())
    now, waits = now_utc(), []
    while True:
        (delivery,) = take_due(settings, now)
        note_failed(settings, delivery, now, "it answered 500")
        due = next_attempt(settings, "tea")
        if due is None:
            break
        assert take_due(settings, due - timedelta(milliseconds=1)) == []
        waits.append(due - now)
        now = due
    assert waits == BACKOFF[1:]
    assert delivery.attempt == len(BACKOFF)


def test_it_is_told_how_a_webhooks_messages_stand(settings: Settings):
    assert standings(settings, "tea") == {}
    now = now_utc()
    for k in range(3):
        queue_job_end(settings, ended(run_id=f"run-{k}"), now + timedelta(seconds=k))
    first, second, third = take_due(settings, now + timedelta(minutes=1))
    note_delivered(settings, first, now)
    note_failed(settings, replace(second, attempt=len(BACKOFF)), now, "it answered 500")
    note_failed(settings, third, now, "it answered 404")
    (found,) = standings(settings, "tea").values()
    assert found == Standing(waiting=1, given_up=1, arrived_at=now, problem="it answered 404")
    assert standings(settings, "coffee") == {}


def test_what_arrived_is_done(settings: Settings):
    queue_job_end(settings, ended(), now_utc())
    (delivery,) = take_due(settings, now_utc())
    note_delivered(settings, delivery, now_utc())
    assert next_attempt(settings, "tea") is None
    assert not is_waited_for(settings, ended())


def test_a_removed_webhook_takes_its_messages_along(settings: Settings):
    webhook, _ = create_webhook(settings, "coffee", "https://coffee.example.com/", "ben")
    queue_job_end(settings, ended("coffee"), now_utc())
    delete_webhook(settings, "coffee", webhook.id)
    assert take_due(settings, now_utc()) == []
