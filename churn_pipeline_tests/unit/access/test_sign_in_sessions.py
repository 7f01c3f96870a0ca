"""Sign-in sessions end by time, by idling, by signing out and with their user."""

from datetime import timedelta
from pathlib import Path

import pytest

from churn_pipeline.access import sign_in_sessions as store
from churn_pipeline.access.rights import Role, now_utc
from churn_pipeline.access.sign_in_sessions import begin_session, end_session, user_of_session
from churn_pipeline.access.users import create_user, disable_user, set_password
from churn_pipeline.core.settings import Settings

PASSWORD = "correct horse battery"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, sign_in_hours=8, sign_in_idle_minutes=30)


@pytest.fixture
def token(settings: Settings) -> str:
    return begin_session(settings, create_user(settings, "mia", Role.OWNER, None, PASSWORD))


def test_a_token_says_who_is_signed_in(settings: Settings, token: str):
    user = user_of_session(settings, token)
    assert user is not None
    assert user.name == "mia"
    assert user_of_session(settings, "signin_" + "A" * 43) is None
    assert user_of_session(settings, "") is None


def test_a_session_ends_when_idle_and_at_its_end(
    settings: Settings, token: str, monkeypatch: pytest.MonkeyPatch
):
    now = begun = now_utc()
    monkeypatch.setattr(store, "now_utc", lambda: now)
    while now - begun < timedelta(hours=7, minutes=40):
        assert user_of_session(settings, token) is not None
        now += timedelta(minutes=20)
    now = begun + timedelta(hours=8, seconds=1)
    assert user_of_session(settings, token) is None


def test_an_unused_session_ends(settings: Settings, token: str, monkeypatch: pytest.MonkeyPatch):
    begun = now_utc()
    monkeypatch.setattr(store, "now_utc", lambda: begun + timedelta(minutes=31))
    assert user_of_session(settings, token) is None


def test_signing_out_ends_it(settings: Settings, token: str):
    end_session(settings, token)
    assert user_of_session(settings, token) is None


def test_a_disabled_user_and_a_new_password_end_it(settings: Settings, token: str):
    set_password(settings, "mia", "another good password")
    assert user_of_session(settings, token) is None
    user = create_user(settings, "ben", Role.READER, None, PASSWORD)
    second = begin_session(settings, user)
    disable_user(settings, "ben")
    assert user_of_session(settings, second) is None
