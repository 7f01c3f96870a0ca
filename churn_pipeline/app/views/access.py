"""Users and keys: who may come in, for those who manage the installation."""

from typing import Any

import streamlit as st

from churn_pipeline.app.asking import Refused, get, post
from churn_pipeline.app.contents.access import ROLES, enabled, key_rows, user_rows, valid
from churn_pipeline.app.sign_in import signed_in_as

OPEN = "local"
"""Whoever asks without a key, while the installation asks nobody for one."""


def show_access() -> None:
    """The users and keys with what can be done with them; where nobody has signed in, the first owner."""
    me = get("/me")
    if not me["is_admin"]:
        st.info("Users and keys are made by an owner of all shops; ask one.")
    elif me["name"] == OPEN:
        _first_owner()
    else:
        _users(me["name"])
        _keys()


def _first_owner() -> None:
    st.write(
        "Whoever sits at this machine sees and changes everything, as nobody has to sign in yet. From the "
        "first user on everybody does: here, in the API and from other machines. So the first one is an "
        "owner of all shops."
    )
    with st.form("first owner", clear_on_submit=True):
        name = st.text_input("Your name", max_chars=100, autocomplete="username")
        password = _password("Password")
        if not st.form_submit_button("Become the owner", type="primary"):
            return
    if _done("/users", {"name": name, "role": "owner", "password": password}) is not None:
        signed_in_as(name, password)


def _users(asking: str) -> None:
    st.markdown("**Users of the app**")
    table = st.container()
    with st.expander("A new user"), st.form("new user", clear_on_submit=True):
        name = st.text_input("Name", max_chars=100, autocomplete="off")
        password = _password("First password")
        role = st.selectbox("Role", list(ROLES), format_func=ROLES.__getitem__)
        shops = _shops("Shops that are theirs")
        if st.form_submit_button("Make this user", type="primary"):
            request = {"name": name, "role": role, "shops": shops or None, "password": password}
            if _done("/users", request) is not None:
                st.success(f"{name.strip()} can sign in now.")
    others = enabled(get("/users"), asking)
    if others:
        with st.expander("Another password, or no entry any more"), st.form("user", clear_on_submit=True):
            user = st.selectbox("User", list(others), format_func=others.__getitem__)
            password = _password("New password")
            renewed = st.form_submit_button("Set this password")
            if renewed and _done(f"/users/{user}/password", {"password": password}) is not None:
                st.success(f"{others[user]} has a new password and is signed out.")
            disabled = st.form_submit_button("Let this user in no more")
            if disabled and _done(f"/users/{user}/disable", {}) is not None:
                st.success(f"{others[user]} can sign in no more.")
    table.table(user_rows(get("/users")), hide_index=True)


def _keys() -> None:
    st.markdown("**Keys of programs**")
    table = st.container()
    with st.expander("A new key"), st.form("new key", clear_on_submit=True):
        name = st.text_input("What it is for", max_chars=100, placeholder="web shop")
        shops = _shops("Shops that it opens")
        write = st.checkbox("May also upload, train and save")
        contacts = st.checkbox("May also see names, mail addresses and telephones")
        days = st.number_input("Days until it expires", 1, 3650, value=None, placeholder="never")
        if st.form_submit_button("Make this key", type="primary"):
            request = {"name": name, "shops": shops or None, "write": write, "contacts": contacts}
            made = _done("/keys", request | {"expires_days": days})
            if made is not None:
                st.success("Copy it now: it is not shown again.")
                st.code(made["key"], language=None)
    usable = valid(get("/keys"))
    if usable:
        with st.expander("Take a key back"), st.form("key"):
            key = st.selectbox("Key", list(usable), format_func=usable.__getitem__)
            revoked = st.form_submit_button("Revoke this key")
            if revoked and _done(f"/keys/{key}/revoke", {}) is not None:
                st.success(f"{usable[key]} opens nothing any more.")
    found = key_rows(get("/keys"))
    if found:
        table.table(found, hide_index=True)
    else:
        table.caption("None yet: programs that ask the API need one.")


def _shops(label: str) -> list[str]:
    known = [str(overview["shop"]) for overview in get("/shops")]
    return [str(shop) for shop in st.multiselect(label, known, placeholder="all of them")]


def _password(label: str) -> str:
    return st.text_input(
        label, type="password", max_chars=1024, autocomplete="new-password", help="at least 12 characters"
    )


def _done(path: str, request: dict[str, Any]) -> Any:
    """What the API answers to the request; None, and why not, where it refuses."""
    try:
        return post(path, request)
    except Refused as refused:
        st.error(str(refused))
        return None
