"""Users and keys, made and taken back by administrators alone."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from churn_pipeline.access.keys import key_given
from churn_pipeline.access.rights import Role
from churn_pipeline.access.users import user_with_password
from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.service import keys_and_users as service
from churn_pipeline.service.callers import LOCAL, Caller
from churn_pipeline.service.errors import Conflict, NotAllowed
from churn_pipeline.service.keys_and_users import KeyRequest, PasswordRequest, UserRequest
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import save_shop

PASSWORD, ANOTHER = "correct horse battery", "staple of the other kind"
OWNER = UserRequest(name="ada", role=Role.OWNER, password=SecretStr(PASSWORD))
READER = UserRequest(name="ben", role=Role.READER, shops=["tea"], password=SecretStr(PASSWORD))
WEB = KeyRequest(name="web", shops=["tea"], write=True)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def owned(settings: Settings) -> Settings:
    service.create_user(settings, LOCAL, OWNER)
    return settings


def test_the_first_one_must_be_able_to_let_others_in(settings: Settings):
    with pytest.raises(Conflict, match="owner of all shops"):
        service.create_user(settings, LOCAL, READER)
    with pytest.raises(Conflict, match="owner of all shops"):
        service.create_key(settings, LOCAL, WEB)
    assert service.list_users(settings, LOCAL) == []
    service.create_user(settings, LOCAL, OWNER)
    assert service.create_user(settings, LOCAL, READER).shops == ["tea"]


def test_a_user_is_disabled_and_gets_another_password(owned: Settings):
    ben = service.create_user(owned, LOCAL, READER)
    assert user_with_password(owned, "ben", PASSWORD) is not None
    service.set_password(owned, LOCAL, ben.user_id, PasswordRequest(password=SecretStr(ANOTHER)))
    assert user_with_password(owned, "ben", PASSWORD) is None
    assert user_with_password(owned, "ben", ANOTHER) is not None
    assert service.disable_user(owned, LOCAL, ben.user_id).state == "disabled"
    assert user_with_password(owned, "ben", ANOTHER) is None
    with pytest.raises(NotFound):
        service.disable_user(owned, LOCAL, "0" * 32)


def test_a_key_is_shown_once_and_opens_until_it_is_revoked(owned: Settings):
    made = service.create_key(owned, LOCAL, WEB)
    assert key_given(owned, made.key) is not None
    (listed,) = service.list_keys(owned, LOCAL)
    assert made.key not in listed.model_dump_json()
    assert (listed.state, listed.shops, listed.can_write, listed.is_admin) == ("valid", ["tea"], True, False)
    assert service.revoke_key(owned, LOCAL, made.key_id).state == "revoked"
    assert key_given(owned, made.key) is None


def test_nobody_locks_themselves_out(owned: Settings):
    (ada,) = service.list_users(owned, LOCAL)
    with pytest.raises(Conflict, match="another owner"):
        service.disable_user(owned, Caller("user ada"), ada.user_id)
    key = service.create_key(owned, LOCAL, KeyRequest(name="root", admin=True))
    with pytest.raises(Conflict, match="another one"):
        service.revoke_key(owned, Caller(f"key {key.key_id} (root)"), key.key_id)


def test_only_administrators_may(owned: Settings):
    (ada,) = service.list_users(owned, LOCAL)
    key_id = service.create_key(owned, LOCAL, WEB).key_id
    writer = Caller("key web", frozenset({"tea"}), can_write=True, is_admin=False)
    for ask in (
        lambda: service.list_users(owned, writer),
        lambda: service.create_user(owned, writer, OWNER),
        lambda: service.disable_user(owned, writer, ada.user_id),
        lambda: service.set_password(
            owned, writer, ada.user_id, PasswordRequest(password=SecretStr(ANOTHER))
        ),
        lambda: service.list_keys(owned, writer),
        lambda: service.create_key(owned, writer, WEB),
        lambda: service.revoke_key(owned, writer, key_id),
    ):
        with pytest.raises(NotAllowed):
            ask()
    assert user_with_password(owned, "ada", PASSWORD) is not None
    assert [key.state for key in service.list_keys(owned, LOCAL)] == ["valid"]


def test_requests_that_cannot_be_are_refused_without_showing_a_password(owned: Settings):
    assert PASSWORD not in repr(OWNER)
    with pytest.raises(ValidationError) as refused:
        UserRequest.model_validate({"name": "x", "role": "owner", "password": "short one"})
    assert "expected 12 to 1024 characters" in str(refused.value.errors()[0]["msg"])
    with pytest.raises(ValidationError, match="opens every shop"):
        KeyRequest(name="root", admin=True, shops=["tea"])
    with pytest.raises(ValidationError, match="at least 1 item"):
        KeyRequest(name="web", shops=[])
    for name in ("ada", "ADA"):
        with pytest.raises(BadInput, match="a user 'ada' already"):
            service.create_user(owned, LOCAL, OWNER.model_copy(update={"name": name}))


def test_shops_that_nobody_has_delivered_for_are_named(owned: Settings):
    save_shop(owned, ShopConfig(name="tea"))
    key = service.create_key(owned, LOCAL, KeyRequest(name="web", shops=["tea", "tae"]))
    assert key.shops_to_come == ["tae"]
    assert service.create_user(owned, LOCAL, READER).shops_to_come == []
