"""`churn keys` and `churn users`, in this process."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from churn_pipeline.access.keys import key_given
from churn_pipeline.access.users import user_with_password
from churn_pipeline.cli import app
from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("CHURN_HOME", str(tmp_path))
    return Settings()


def churn(*arguments: str, stdin: str = "") -> str:
    ended = CliRunner().invoke(app, list(arguments), input=stdin)
    if ended.exception is not None:
        raise ended.exception
    return ended.stdout


def test_a_key_is_made_listed_and_revoked(settings: Settings):
    made = json.loads(churn("keys", "create", "--name", "web", "--shop", "tea", "--write", "--json"))
    assert set(made) == {"id", "key"}
    found = key_given(settings, made["key"])
    assert found is not None
    assert found.rights.can_write
    (listed,) = json.loads(churn("keys", "list", "--json"))
    assert (listed["id"], listed["state"], listed["shops"]) == (made["id"], "valid", ["tea"])
    assert made["key"] not in churn("keys", "list")
    churn("keys", "revoke", made["id"])
    assert key_given(settings, made["key"]) is None
    assert "revoked" in churn("keys", "list")


def test_a_user_is_made_with_the_password_of_standard_input(settings: Settings):
    churn("users", "create", "--name", "mia", "--role", "analyst", "--shop", "tea", stdin="a good password\n")
    assert user_with_password(settings, "mia", "a good password") is not None
    assert "analyst" in churn("users", "list")
    churn("users", "password", "--name", "mia", stdin="another good password")
    assert user_with_password(settings, "mia", "another good password") is not None
    churn("users", "disable", "--name", "mia")
    assert json.loads(churn("users", "list", "--json"))[0]["state"] == "disabled"


def test_what_cannot_be_is_refused_in_a_sentence_without_the_password(settings: Settings):
    with pytest.raises(BadInput, match="password: expected 12 to 1024 characters") as refused:
        churn("users", "create", "--name", "mia", "--role", "reader", stdin="short secret\n"[:6])
    assert "short" not in str(refused.value)
    with pytest.raises(BadInput, match="an admin's key opens every shop"):
        churn("keys", "create", "--name", "web", "--shop", "tea", "--admin")
    with pytest.raises(BadInput, match="expires_days"):
        churn("keys", "create", "--name", "web", "--expires", "0")
    with pytest.raises(NotFound, match="no user 'ben'"):
        churn("users", "disable", "--name", "ben")


def test_a_shop_that_nobody_has_delivered_for_is_named(settings: Settings):
    ended = CliRunner().invoke(app, ["keys", "create", "--name", "web", "--shop", "tae", "--json"])
    assert "shop 'tae' yet" in ended.stderr
    assert set(json.loads(ended.stdout)) == {"id", "key"}


def test_no_password_is_refused(settings: Settings):
    with pytest.raises(BadInput, match="Give the password on standard input"):
        churn("users", "create", "--name", "mia", "--role", "reader")
