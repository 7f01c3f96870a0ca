"""Signing in, where the installation asks for it: on this machine it does so from the first user on."""

import streamlit as st

from churn_pipeline.app.asking import Refused, get, post

UNAUTHORISED = 401


def sign_in_or_form() -> bool:
    """Whether the API answers this visitor; shows the form where it does not."""
    try:
        get("/shops")
        return True
    except Refused as refused:
        if refused.status != UNAUTHORISED:
            raise
    st.session_state.pop("token", None)
    _form()
    return False


def signed_in_as(name: str, password: str) -> None:
    """Begins a session and draws the page anew. Refused where name and password do not belong together."""
    st.session_state["token"] = post("/sign-in", {"name": name, "password": password})["token"]
    st.rerun()


def sign_out() -> None:
    """Ends the session at the API and here."""
    post("/sign-out", {})
    st.session_state.clear()


def _form() -> None:
    st.title("Sign in")
    with st.form("sign_in"):
        name = st.text_input("Name", autocomplete="username")
        password = st.text_input("Password", type="password", autocomplete="current-password")
        if not st.form_submit_button("Sign in", type="primary"):
            return
    try:
        signed_in_as(name, password)
    except Refused as refused:
        st.error(str(refused))
