"""Users and keys in rows, and what may be done with which of them."""

from typing import Any

from churn_pipeline.app.contents.tables import NOTHING

ROLES = {
    "reader": "Reader: looks",
    "analyst": "Analyst: works with the data",
    "owner": "Owner: everything in their shops",
}


def user_rows(users: list[dict[str, Any]]) -> list[dict[str, str]]:
    """A row a user."""
    return [
        {
            "Name": user["name"],
            "Role": user["role"].capitalize(),
            "Shops": _shops(user["shops"]),
            "Since": user["created_at"][:10],
            "State": user["state"],
        }
        for user in users
    ]


def key_rows(keys: list[dict[str, Any]]) -> list[dict[str, str]]:
    """A row a key, the newest first."""
    return [
        {
            "Name": key["name"],
            "Id": key["key_id"],
            "Shops": _shops(key["shops"]),
            "May": _may(key),
            "Expires": (key["expires_at"] or NOTHING)[:10],
            "Last used": (key["last_used_at"] or NOTHING)[:16].replace("T", " "),
            "State": key["state"],
        }
        for key in reversed(keys)
    ]


def enabled(users: list[dict[str, Any]], asking: str) -> dict[str, str]:
    """User id -> name of everybody who can sign in, but for who asks (as GET /me names them)."""
    return {
        user["user_id"]: user["name"]
        for user in users
        if user["state"] != "disabled" and asking != f"user {user['name']}"
    }


def valid(keys: list[dict[str, Any]]) -> dict[str, str]:
    """Key id -> its name with the id, of the keys that open something."""
    return {key["key_id"]: f"{key['name']} ({key['key_id']})" for key in keys if key["state"] == "valid"}


def _shops(shops: list[str] | None) -> str:
    return "all" if shops is None else ", ".join(shops)


def _may(key: dict[str, Any]) -> str:
    if key["is_admin"]:
        return "everything"
    contacts = ", sees contacts" if key["can_see_contacts"] else ""
    return ("reads and writes" if key["can_write"] else "reads") + contacts
