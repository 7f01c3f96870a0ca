"""Users: passwords, lockout, and what an attacker can tell from the time it takes."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from statistics import median

import pytest

from churn_pipeline.access import users as store
from churn_pipeline.access.database import reading
from churn_pipeline.access.rights import Role, now_utc
from churn_pipeline.access.users import (
    UserRow,
    create_user,
    disable_user,
    list_users,
    set_password,
    user_with_password,
)
from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.settings import Settings

PASSWORD, WRONG = "correct horse battery", "wrong horse battery"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path)
    create_user(settings, "mia", Role.ANALYST, ["tea"], PASSWORD)
    return settings


def test_the_right_password_lets_in(settings: Settings):
    user = user_with_password(settings, "mia", PASSWORD)
    assert user is not None
    assert (user.name, user.role, user.rights.shops) == ("mia", Role.ANALYST, frozenset({"tea"}))
    assert user_with_password(settings, "mia", WRONG) is None
    assert user_with_password(settings, "nobody", PASSWORD) is None


def test_the_password_is_kept_as_argon2id(settings: Settings):
    with reading(settings) as session:
        kept = session.query(UserRow).one().password_hash
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


def test_five_wrong_passwords_lock_a_user_for_longer_each_time(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    now = now_utc()
    monkeypatch.setattr(store, "now_utc", lambda: now)
    for _ in range(5):
        assert user_with_password(settings, "mia", WRONG) is None
    assert user_with_password(settings, "mia", PASSWORD) is None
    assert list_users(settings)[0].locked_until == now + timedelta(minutes=1)
    now += timedelta(minutes=1)
    for _ in range(5):
        assert user_with_password(settings, "mia", WRONG) is None
    assert list_users(settings)[0].locked_until == now + timedelta(minutes=2)
    now += timedelta(minutes=2)
    assert user_with_password(settings, "mia", PASSWORD) is not None
    assert list_users(settings)[0].locked_until is None


def test_guesses_at_the_same_moment_are_all_counted(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    tried: list[str] = []
    matches = store._matches
    monkeypatch.setattr(
        store, "_matches", lambda hashed, given: tried.append(hashed) or matches(hashed, given)
    )
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: user_with_password(settings, "mia", WRONG), range(12))) == [None] * 12
    with reading(settings) as session:
        user = session.query(UserRow).one()
    assert tried.count(user.password_hash) == 5
    assert user.locked_until is not None


def test_an_unknown_name_takes_as_long_as_a_wrong_password(settings: Settings):
    def seconds(name: str) -> float:
        began = time.perf_counter()
        assert user_with_password(settings, name, WRONG) is None
        return time.perf_counter() - began

    seconds("nobody")
    known = median(seconds("mia") for _ in range(4))
    unknown = median(seconds("nobody") for _ in range(4))
    assert unknown > known / 3


def test_a_disabled_user_does_not_get_in(settings: Settings):
    disable_user(settings, "mia")
    assert user_with_password(settings, "mia", PASSWORD) is None
    assert list_users(settings)[0].disabled_at is not None
    with pytest.raises(NotFound, match="There is no user 'nobody'"):
        disable_user(settings, "nobody")


def test_a_new_password_takes_the_old_ones_place(settings: Settings):
    set_password(settings, "mia", "another good password")
    assert user_with_password(settings, "mia", PASSWORD) is None
    assert user_with_password(settings, "mia", "another good password") is not None


def test_bad_passwords_and_taken_names_are_refused(settings: Settings):
    with pytest.raises(BadInput, match="The password has 5 characters: expected 12 to 1024"):
        create_user(settings, "ben", Role.READER, None, "short")
    with pytest.raises(BadInput, match="There is a user 'mia' already"):
        create_user(settings, "mia", Role.READER, None, PASSWORD)
