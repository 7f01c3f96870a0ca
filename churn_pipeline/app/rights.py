"""What the visitor may do, so that no button is offered that the API would refuse."""

from typing import Any

import streamlit as st

from churn_pipeline.app.asking import get

ME = "me"
READS_ONLY = "You may look, but not change anything: an owner can give you another role."
NO_ADMINISTRATOR = "Only an owner of all shops may do that."


def may_write() -> bool:
    """Whether they may upload, train, save and delete."""
    return bool(_me()["can_write"])


def if_may_write(disabled: bool = False, **more: Any) -> dict[str, Any]:
    """For a button that changes something: disabled, and why, for those who may only look. more: what the
    button says otherwise."""
    return more | {"disabled": disabled} if may_write() else more | {"disabled": True, "help": READS_ONLY}


def if_administrator() -> dict[str, Any]:
    """For a button that is for those who manage the installation."""
    if not may_write():
        return {"disabled": True, "help": READS_ONLY}
    return {} if _me()["is_admin"] else {"disabled": True, "help": NO_ADMINISTRATOR}


def _me() -> dict[str, Any]:
    """Asked once for each page, where the sign-in is looked at."""
    known: dict[str, Any] = st.session_state.get(ME) or get("/me")
    return known
