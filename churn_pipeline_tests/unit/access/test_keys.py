"""API keys: shown once, kept as hash, revoked and expired."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from churn_pipeline.access import keys as store
from churn_pipeline.access.database import sqlite_file, writing
from churn_pipeline.access.keys import KEY, KeyRow, create_key, key_given, list_keys, revoke_key
from churn_pipeline.access.rights import now_utc, rights_of_key
from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.settings import Settings

READER = rights_of_key(["tea"], write=False, admin=False, contacts=False)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def test_a_key_opens_what_it_was_made_for(settings: Settings):
    key_id, key = create_key(settings, "web shop", READER)
    found = key_given(settings, key)
    assert found is not None
    assert (found.id, found.name, found.rights) == (key_id, "web shop", READER)
    assert found.rights.shops == frozenset({"tea"})


def test_the_key_itself_is_nowhere_in_the_store(settings: Settings):
    _, key = create_key(settings, "web shop", READER)
    form = KEY.fullmatch(key)
    assert form is not None
    file = sqlite_file(settings)
    assert file is not None
    held = b"".join(path.read_bytes() for path in file.parent.glob("access.db*"))
    assert b"web shop" in held
    assert form[2].encode() not in held


def test_a_key_that_is_nearly_right_opens_nothing(settings: Settings):
    key_id, key = create_key(settings, "web shop", READER)
    other = "A" if key[-1] != "A" else "B"
    for wrong in (
        key[:-1] + other,
        f"churn_{key_id}_{'A' * 43}",
        f"churn_{'0' * 12}_{key[-43:]}",
        "",
        "x",
        key + "x",
    ):
        assert key_given(settings, wrong) is None


def test_a_revoked_key_opens_nothing_and_stays_in_the_list(settings: Settings):
    key_id, key = create_key(settings, "web shop", READER)
    revoke_key(settings, key_id)
    revoke_key(settings, key_id)
    assert key_given(settings, key) is None
    assert [found.state(now_utc()) for found in list_keys(settings)] == ["revoked"]
    with pytest.raises(NotFound, match="There is no key 'nobody'"):
        revoke_key(settings, "nobody")


def test_a_key_expires(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    _, key = create_key(settings, "web shop", READER, expires_days=30)
    made = now_utc()
    monkeypatch.setattr(store, "now_utc", lambda: made + timedelta(days=29))
    assert key_given(settings, key) is not None
    monkeypatch.setattr(store, "now_utc", lambda: made + timedelta(days=30))
    assert key_given(settings, key) is None
    with pytest.raises(BadInput, match="A life of 0 days: expected 1"):
        create_key(settings, "web shop", READER, expires_days=0)


def test_last_use_is_noted_at_most_once_a_minute(settings: Settings):
    key_id, key = create_key(settings, "web shop", READER)
    assert list_keys(settings)[0].last_used_at is None
    key_given(settings, key)
    first = list_keys(settings)[0].last_used_at
    assert first is not None
    key_given(settings, key)
    assert list_keys(settings)[0].last_used_at == first
    long_ago = first - timedelta(minutes=2)
    with writing(settings) as session:
        session.execute(update(KeyRow).where(KeyRow.id == key_id).values(last_used_at=long_ago))
    key_given(settings, key)
    assert list_keys(settings)[0].last_used_at >= first


def test_a_wrong_key_is_not_noted_as_use(settings: Settings):
    key_id, _ = create_key(settings, "web shop", READER)
    key_given(settings, f"churn_{key_id}_{'A' * 43}")
    assert list_keys(settings)[0].last_used_at is None
