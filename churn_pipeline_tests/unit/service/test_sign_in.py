"""Callers made of keys and users."""

from pathlib import Path

import pytest

from churn_pipeline.access.keys import create_key
from churn_pipeline.access.rights import Role, rights_of_key
from churn_pipeline.access.users import create_user
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.callers import Caller
from churn_pipeline.service.errors import NotSignedIn
from churn_pipeline.service.sign_in import caller_of_token, sign_in, sign_out

PASSWORD = "correct horse battery"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def test_a_keys_holder(settings: Settings):
    key_id, key = create_key(settings, "web", rights_of_key(["tea"], True, False, False))
    assert caller_of_token(settings, key) == Caller(
        f"key {key_id} (web)", frozenset({"tea"}), True, False, False
    )
    assert caller_of_token(settings, "nonsense") is None


def test_a_user_signs_in_and_out(settings: Settings):
    create_user(settings, "mia", Role.OWNER, None, PASSWORD)
    token, caller = sign_in(settings, "mia", PASSWORD)
    assert caller == Caller("user mia", None, True, True, True)
    assert caller_of_token(settings, token) == caller
    sign_out(settings, token)
    assert caller_of_token(settings, token) is None


def test_a_wrong_password_says_no_more_than_an_unknown_name(settings: Settings):
    create_user(settings, "mia", Role.OWNER, None, PASSWORD)
    said = []
    for name in ("mia", "nobody"):
        with pytest.raises(NotSignedIn) as caught:
            sign_in(settings, name, "wrong horse battery")
        said.append(str(caught.value))
    assert said[0] == said[1]
