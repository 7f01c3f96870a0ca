"""Buttons for those who may use them."""

import pytest

from churn_pipeline.app import rights

READER = {"can_write": False, "is_admin": False}
ANALYST = {"can_write": True, "is_admin": False}
OWNER = {"can_write": True, "is_admin": True}


@pytest.fixture
def asked_by(monkeypatch: pytest.MonkeyPatch):
    return lambda me: monkeypatch.setattr(rights, "_me", lambda: me)


def test_who_may_only_look_gets_disabled_buttons_that_say_why(asked_by):
    asked_by(READER)
    assert rights.if_may_write(type="primary") == {
        "type": "primary",
        "disabled": True,
        "help": rights.READS_ONLY,
    }
    assert rights.if_administrator()["disabled"]


def test_an_analyst_works_but_deletes_no_shop(asked_by):
    asked_by(ANALYST)
    assert rights.if_may_write() == {"disabled": False}
    assert rights.if_may_write(disabled=True) == {"disabled": True}
    assert rights.if_administrator() == {"disabled": True, "help": rights.NO_ADMINISTRATOR}


def test_an_owner_does_everything(asked_by):
    asked_by(OWNER)
    assert rights.if_administrator() == {}
