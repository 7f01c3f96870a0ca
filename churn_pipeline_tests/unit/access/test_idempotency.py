"""A request that comes twice is worked on once."""

from datetime import timedelta
from pathlib import Path

import pytest

from churn_pipeline.access import idempotency as store
from churn_pipeline.access.idempotency import (
    KeyConflict,
    StoredAnswer,
    begin,
    claim_of,
    keep_answer,
    release,
)
from churn_pipeline.access.rights import now_utc
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings

ANSWER = StoredAnswer(202, '{"location": "/x"}', b'{"job_id": "1"}')
TRAIN = claim_of("key:1", "POST /train", "k1", b'{"session_id": "tea"}')


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def test_the_same_request_gets_the_same_answer(settings: Settings):
    assert begin(settings, TRAIN) is None
    keep_answer(settings, TRAIN, ANSWER)
    assert begin(settings, TRAIN) == ANSWER


def test_another_body_is_refused(settings: Settings):
    begin(settings, TRAIN)
    keep_answer(settings, TRAIN, ANSWER)
    with pytest.raises(KeyConflict, match="was used for another request"):
        begin(settings, claim_of("key:1", "POST /train", "k1", b'{"session_id": "coffee"}'))


@pytest.mark.parametrize(
    "other",
    [
        claim_of("key:2", "POST /train", "k1", b"{}"),
        claim_of("key:1", "POST /configure", "k1", b"{}"),
        claim_of("key:1", "POST /train", "k2", b"{}"),
    ],
    ids=["caller", "route", "key"],
)
def test_another_caller_route_or_key_is_another_request(settings: Settings, other: store.Claim):
    begin(settings, TRAIN)
    keep_answer(settings, TRAIN, ANSWER)
    assert begin(settings, other) is None


def test_while_the_first_is_worked_on_the_second_waits(settings: Settings):
    begin(settings, TRAIN)
    with pytest.raises(KeyConflict, match="still being worked on"):
        begin(settings, TRAIN)
    release(settings, TRAIN)
    assert begin(settings, TRAIN) is None


def test_keys_are_free_again_after_a_day_or_a_crash(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    begin(settings, TRAIN)
    now = now_utc()
    monkeypatch.setattr(store, "now_utc", lambda: now + timedelta(minutes=11))
    assert begin(settings, TRAIN) is None
    keep_answer(settings, TRAIN, ANSWER)
    monkeypatch.setattr(store, "now_utc", lambda: now + timedelta(hours=25))
    assert begin(settings, TRAIN) is None


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb", "schlüssel"])
def test_impossible_keys_are_refused(key: str):
    with pytest.raises(BadInput, match="Idempotency-Key: expected 1 to 255"):
        claim_of("key:1", "POST /train", key, b"")
