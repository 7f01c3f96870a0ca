"""Signing in, where the installation asks for it: on this machine it does so from the first user on."""

import streamlit as st

from churn_pipeline.app.asking import Refused, get, post
from churn_pipeline.app.rights import ME
from churn_pipeline.app.visitor import brought_token, drop, keep
from churn_pipeline.core.settings import Settings

UNAUTHORISED, TOO_MANY = 401, 429
SAID = "why to sign in"


def is_signed_in() -> bool:
    """Whether the API answers this visitor, by the sign-in of this visit or the one that the browser keeps;
    what they may do is known from then on."""
    if "token" not in st.session_state and (token := brought_token()):
        st.session_state["token"] = token
    if _known():
        return True
    if "token" not in st.session_state or st.session_state.get(SAID):
        return False
    drop(st.session_state.pop("token"))
    if _known():  # a sign-in of another installation, where this one asks for none
        return True
    st.session_state[SAID] = "The sign-in has ended: sign in again."
    return False


def signed_in_as(name: str, password: str) -> None:
    """Begins a session and draws the page anew. Refused where name and password do not belong together."""
    token = str(post("/sign-in", {"name": name, "password": password})["token"])
    st.session_state.pop(SAID, None)
    st.session_state["token"] = token
    keep(token, Settings().sign_in_hours)
    st.rerun()


def sign_out() -> None:
    """Ends the session at the API, here and in the browser."""
    token = st.session_state["token"]
    try:
        post("/sign-out", {})
    except Refused as refused:
        if refused.status != UNAUTHORISED:  # it has ended already
            raise
    st.session_state.clear()
    drop(token)


def show_sign_in() -> None:
    """The form. The page's address stays as it is, and holds after the sign-in."""
    st.title("Sign in")
    if SAID in st.session_state:
        st.info(st.session_state.pop(SAID))
    with st.form("sign_in"):
        name = st.text_input("Name", autocomplete="username")
        password = st.text_input("Password", type="password", autocomplete="current-password")
        if not st.form_submit_button("Sign in", type="primary"):
            return
    try:
        signed_in_as(name, password)
    except Refused as refused:
        st.error(str(refused))


def _known() -> bool:
    try:
        st.session_state[ME] = get("/me")
    except Refused as refused:
        if refused.status == TOO_MANY:
            st.session_state[SAID] = str(refused)
        elif refused.status != UNAUTHORISED:
            raise
        return False
    return True
