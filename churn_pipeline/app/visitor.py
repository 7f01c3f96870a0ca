"""What a visitor's browser brings and keeps: the address that it asks from, and the cookie of a sign-in.

Streamlit cannot set a cookie, so a small script of the page does; which is why it is not HttpOnly
(docs/SECURITY.md)."""

import re

import streamlit as st

SIGN_IN = re.compile(r"signin_[A-Za-z0-9_-]{43}")
TO_WRITE = "cookie to write"
SCRIPT = """
export default function ({ data }) {
  const held = document.cookie.split("; ").find((one) => one.startsWith(data.name + "="));
  if (!data.value && held !== data.name + "=" + data.former) return;
  document.cookie = [
    data.name + "=" + data.value,
    "Path=/",
    "SameSite=Strict",
    "Max-Age=" + (data.value ? data.seconds : 0),
    ...(location.protocol === "https:" ? ["Secure"] : []),
  ].join("; ");
}
"""
_write = st.components.v2.component("churn_sign_in_cookie", js=SCRIPT)


def visitor_address() -> str:
    """The address that the visitor comes from; "" on this machine, where Streamlit names none."""
    address = st.context.ip_address
    return address if isinstance(address, str) else ""


def brought_token() -> str:
    """The token of the sign-in that the browser keeps; "" where it keeps none, or this visit has signed in or
    out since: what the browser brought when the page was opened is older."""
    if TO_WRITE in st.session_state:
        return ""
    value = st.context.cookies.get(_name())
    return value if isinstance(value, str) and SIGN_IN.fullmatch(value) else ""


def keep(token: str, hours: float) -> None:
    """Has the browser keep the token, so that other tabs and the next visit are signed in."""
    st.session_state[TO_WRITE] = {"name": _name(), "value": token, "seconds": round(3600 * hours)}


def drop(token: str) -> None:
    """Has the browser forget the token; that of a later sign-in stays."""
    st.session_state[TO_WRITE] = {"name": _name(), "value": "", "former": token}


def write_cookie() -> None:
    """Part of every page: the script that does what was asked last."""
    if TO_WRITE in st.session_state:
        _write(data=st.session_state[TO_WRITE], key="sign-in cookie", height="content")


def _name() -> str:
    """Cookies are one host's, whatever the port: two installations on a machine keep two."""
    return f"churn_sign_in_{st.get_option('server.port')}"
