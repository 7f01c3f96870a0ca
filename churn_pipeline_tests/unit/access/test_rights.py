"""What keys and roles may do."""

import pytest

from churn_pipeline.access.rights import Rights, Role, checked_name, rights_of_key, rights_of_user
from churn_pipeline.core.errors import BadInput


def test_rights_of_keys():
    assert rights_of_key(None, write=False, admin=False, contacts=False) == Rights(None, False, False, False)
    assert rights_of_key(["tea"], write=True, admin=False, contacts=True) == Rights(
        frozenset({"tea"}), True, False, True
    )
    assert rights_of_key(None, write=False, admin=True, contacts=False) == Rights(None, True, True, True)


def test_an_admin_of_some_shops_is_refused():
    with pytest.raises(BadInput, match="An admin's key opens every shop"):
        rights_of_key(["tea"], write=False, admin=True, contacts=False)


def test_rights_of_roles():
    assert rights_of_user(Role.OWNER, None) == Rights(None, True, True, True)
    assert rights_of_user(Role.OWNER, ["tea"]) == Rights(frozenset({"tea"}), True, False, True)
    assert rights_of_user(Role.ANALYST, None) == Rights(None, True, False, False)
    assert rights_of_user(Role.READER, ["tea"]) == Rights(frozenset({"tea"}), False, False, False)


def test_an_empty_list_of_shops_is_not_all_of_them():
    with pytest.raises(BadInput, match="list of shops is empty"):
        rights_of_key([], write=False, admin=False, contacts=False)
    with pytest.raises(BadInput, match="list of shops is empty"):
        rights_of_user(Role.OWNER, [])


def test_impossible_shops_and_names_are_refused():
    with pytest.raises(BadInput):
        rights_of_key(["../etc"], write=False, admin=False, contacts=False)
    assert checked_name(" web shop ") == "web shop"
    for name in ("", "  ", "x" * 101, "a\nb"):
        with pytest.raises(BadInput, match="expected 1 to 100 printable characters"):
            checked_name(name)
