"""An installation is open until its first key or user, and on this machine alone."""

from pathlib import Path

import pytest

from churn_pipeline.access.keys import create_key, revoke_key
from churn_pipeline.access.openness import is_loopback, is_protected, refuse_unprotected
from churn_pipeline.access.rights import Role, rights_of_key
from churn_pipeline.access.users import create_user
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings


def test_the_first_key_closes_it_for_ever(tmp_path: Path):
    settings = Settings(home=tmp_path)
    assert not is_protected(settings)
    key_id, _ = create_key(settings, "first", rights_of_key(None, False, True, False))
    assert is_protected(settings)
    revoke_key(settings, key_id)
    assert is_protected(settings)


def test_so_does_the_first_user(tmp_path: Path):
    settings = Settings(home=tmp_path)
    create_user(settings, "mia", Role.OWNER, None, "correct horse battery")
    assert is_protected(settings)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "shop.example.com", ""])
def test_other_addresses_need_a_key(tmp_path: Path, host: str):
    settings = Settings(home=tmp_path)
    with pytest.raises(BadInput, match="make one first"):
        refuse_unprotected(settings, host)
    create_key(settings, "first", rights_of_key(None, False, True, False))
    refuse_unprotected(settings, host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.8.8.8"])
def test_this_machine_alone_needs_none(tmp_path: Path, host: str):
    assert is_loopback(host)
    refuse_unprotected(Settings(home=tmp_path), host)
