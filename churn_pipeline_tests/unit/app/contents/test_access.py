"""Users and keys in rows."""

from churn_pipeline.app.contents.access import enabled, key_rows, user_rows, valid

ADA = {
    "user_id": "1",
    "name": "ada",
    "role": "owner",
    "shops": None,
    "created_at": "2024-03-01T09:30:00Z",
    "state": "active",
}
BEN = ADA | {"user_id": "2", "name": "ben", "role": "reader", "shops": ["tea", "wine"], "state": "locked"}
EVE = ADA | {"user_id": "3", "name": "eve", "state": "disabled"}
WEB = {
    "key_id": "a",
    "name": "web",
    "shops": ["tea"],
    "can_write": True,
    "is_admin": False,
    "can_see_contacts": True,
    "created_at": "2024-03-01T09:30:00Z",
    "expires_at": None,
    "last_used_at": "2024-03-02T10:11:12Z",
    "state": "valid",
}
ROOT = WEB | {"key_id": "b", "name": "root", "shops": None, "is_admin": True, "state": "revoked"}


def test_users():
    ada, ben = user_rows([ADA, BEN])
    assert ada == {"Name": "ada", "Role": "Owner", "Shops": "all", "Since": "2024-03-01", "State": "active"}
    assert (ben["Shops"], ben["State"]) == ("tea, wine", "locked")


def test_whoever_can_sign_in_may_be_disabled_but_for_who_asks():
    assert enabled([ADA, BEN, EVE], "user ada") == {"2": "ben"}


def test_keys_the_newest_first():
    root, web = key_rows([WEB, ROOT])
    assert (root["May"], root["Shops"]) == ("everything", "all")
    assert web["May"] == "reads and writes, sees contacts"
    assert (web["Last used"], web["State"]) == ("2024-03-02 10:11", "valid")
    assert valid([WEB, ROOT]) == {"a": "web (a)"}
