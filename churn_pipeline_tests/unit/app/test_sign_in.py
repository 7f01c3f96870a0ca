"""Signing in, and what the browser keeps of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from churn_pipeline.access.rights import Role
from churn_pipeline.access.sign_in_sessions import begin_session, end_session, user_of_session
from churn_pipeline.access.users import User, create_user
from churn_pipeline.app.serve import SCRIPT
from churn_pipeline.app.visitor import TO_WRITE
from churn_pipeline.core.settings import Settings

PASSWORD = "correct horse battery"
Opened = Callable[[], AppTest]


@pytest.fixture
def mia(app: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Settings, User]:
    """A home with a user, whose API forgives two wrong keys a minute."""
    monkeypatch.setenv("CHURN_FAILURES_PER_MINUTE", "2")
    settings = Settings(home=tmp_path)
    return settings, create_user(settings, "mia", Role.OWNER, None, PASSWORD)


@pytest.fixture
def brings(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Has the visitor's browser bring a token."""

    def bring(token: str) -> None:
        monkeypatch.setattr("churn_pipeline.app.sign_in.brought_token", lambda: token)

    return bring


def enter(page: AppTest, password: str) -> None:
    page.text_input[0].set_value("mia")
    page.text_input[1].set_value(password)
    page.button[0].click().run()
    assert not page.exception


def test_opening_the_page_is_no_guess_and_the_form_stays(app: Opened, mia: tuple[Settings, User]):
    for _ in range(4):
        page = app()
        assert [b.label for b in page.button] == ["Sign in"]
        assert not page.error
    for _ in range(3):
        enter(page, "a wrong one, long enough")
    assert "Too many wrong keys" in page.error[0].value
    assert [b.label for b in page.button] == ["Sign in"]
    enter(page, PASSWORD)
    assert page.title[0].value == "Welcome"


def test_what_the_browser_keeps_signs_in(app: Opened, mia: tuple[Settings, User], brings):
    settings, user = mia
    brings(begin_session(settings, user))
    page = app()
    assert page.title[0].value == "Welcome"
    assert TO_WRITE not in page.session_state
    next(b for b in page.button if b.label == "Sign out").click().run()
    assert page.title[0].value == "Sign in"
    assert page.session_state[TO_WRITE]["value"] == ""


def test_signing_out_ends_the_session_at_the_api(app: Opened, mia: tuple[Settings, User], brings):
    settings, user = mia
    token = begin_session(settings, user)
    brings(token)
    page = app()
    brings("")
    next(b for b in page.button if b.label == "Sign out").click().run()
    assert user_of_session(settings, token) is None
    assert page.session_state[TO_WRITE]["former"] == token


def test_a_sign_in_that_has_ended_is_dropped_and_said(app: Opened, mia: tuple[Settings, User], brings):
    settings, user = mia
    token = begin_session(settings, user)
    end_session(settings, token)
    brings(token)
    page = app()
    assert page.title[0].value == "Sign in"
    assert "has ended" in page.info[0].value
    assert page.session_state[TO_WRITE]["former"] == token
    brings("")
    enter(page, PASSWORD)
    assert page.session_state[TO_WRITE]["value"] == page.session_state["token"]
    assert page.session_state[TO_WRITE]["seconds"] == 12 * 3600


def test_where_the_limit_is_reached_the_form_stays_below_the_sentence(app: Opened, mia, brings):
    brings("signin_" + "A" * 43)
    for _ in range(3):
        page = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    assert not page.exception
    assert "Too many wrong keys" in page.info[0].value
    assert [b.label for b in page.button] == ["Sign in"]


def test_where_nobody_signs_in_another_installations_cookie_hinders_nobody(app: Opened, brings):
    brings("signin_" + "A" * 43)
    page = app()
    assert page.title[0].value == "Welcome"
    assert "token" not in page.session_state


def test_the_api_is_told_where_a_visitor_with_a_token_asks_from(monkeypatch: pytest.MonkeyPatch):
    from churn_pipeline.app import asking

    monkeypatch.setattr(asking, "visitor_address", lambda: "203.0.113.7")
    monkeypatch.setattr(asking, "_token", lambda: "")
    assert asking._from_whom("/shops") == {}
    assert asking._from_whom("/sign-in") == {"X-Forwarded-For": "203.0.113.7"}
    monkeypatch.setattr(asking, "_token", lambda: "t")
    assert asking._from_whom("/shops") == {"Authorization": "Bearer t", "X-Forwarded-For": "203.0.113.7"}
