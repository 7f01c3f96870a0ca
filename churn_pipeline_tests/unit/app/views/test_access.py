"""Users and keys, made and taken back in the app."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from churn_pipeline.access.keys import key_given, list_keys
from churn_pipeline.access.rights import Role
from churn_pipeline.access.users import create_user, list_users, user_with_password
from churn_pipeline.app.asking import post
from churn_pipeline.core.settings import Settings
from churn_pipeline_tests.builders.scored_home import SCORED, scored_home

PASSWORD, ANOTHER = "correct horse battery", "staple of the other kind"


@pytest.fixture
def settings(app, tmp_path: Path) -> Settings:
    """A home with a scored shop, and an API over it that the page asks."""
    return scored_home(tmp_path)[0]


def access_script() -> None:
    from churn_pipeline.app.views.access import show_access

    show_access()


def opened(token: str = "") -> AppTest:
    page = AppTest.from_function(access_script, default_timeout=60)
    if token:
        page.session_state["token"] = token
    page.run()
    assert not page.exception
    return page


def token_of(settings: Settings, role: Role) -> str:
    create_user(settings, role.value, role, None, PASSWORD)
    return str(post("/sign-in", {"name": role.value, "password": PASSWORD})["token"])


def fill(page: AppTest, label: str, value: str) -> None:
    next(field for field in page.text_input if field.label == label).set_value(value)


def press(page: AppTest, label: str) -> None:
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception


def test_where_nobody_signs_in_the_first_user_becomes_the_owner_and_is_signed_in(settings: Settings):
    page = opened()
    assert [button.label for button in page.button] == ["Become the owner"]
    fill(page, "Your name", "ada")
    fill(page, "Password", "short")
    press(page, "Become the owner")
    assert "expected 12 to 1024 characters" in page.error[0].value
    fill(page, "Your name", "ada")
    fill(page, "Password", PASSWORD)
    press(page, "Become the owner")
    assert not page.error
    (ada,) = list_users(settings)
    assert (ada.role, ada.rights.is_admin) == (Role.OWNER, True)
    assert str(page.session_state["token"]).startswith("signin_")
    assert list(page.table[0].value["Name"]) == ["ada"]
    assert PASSWORD not in [field.value for field in page.text_input]


def test_an_owner_makes_a_user_and_takes_the_entry_back(settings: Settings):
    page = opened(token_of(settings, Role.OWNER))
    fill(page, "Name", "ben")
    fill(page, "First password", PASSWORD)
    next(box for box in page.multiselect if box.label == "Shops that are theirs").set_value([SCORED])
    press(page, "Make this user")
    assert "ben can sign in now." in [said.value for said in page.success]
    ben = next(user for user in list_users(settings) if user.name == "ben")
    assert (ben.role, ben.rights.shops) == (Role.READER, frozenset({SCORED}))
    fill(page, "New password", ANOTHER)
    press(page, "Set this password")
    assert user_with_password(settings, "ben", ANOTHER) is not None
    press(page, "Let this user in no more")
    assert user_with_password(settings, "ben", ANOTHER) is None
    assert "Let this user in no more" not in [button.label for button in page.run().button]


def test_a_key_is_shown_once_and_revoked(settings: Settings):
    page = opened(token_of(settings, Role.OWNER))
    fill(page, "What it is for", "web shop")
    press(page, "Make this key")
    key = page.code[0].value
    assert key_given(settings, key) is not None
    page.run()
    assert not page.code
    press(page, "Revoke this key")
    assert key_given(settings, key) is None
    assert [kept.name for kept in list_keys(settings)] == ["web shop"]


def test_whoever_is_no_owner_of_all_shops_sees_nothing_of_it(settings: Settings):
    page = opened(token_of(settings, Role.ANALYST))
    assert "ask one" in page.info[0].value
    assert not page.button
    assert not page.table
