"""While the product does not answer, as when it is started anew: the page tries again by itself."""

import time

import streamlit as st

from churn_pipeline.app.asking import Refused, answers

SINCE = "no answer since"
PATIENCE_SECONDS = 120.0
EVERY_SECONDS = 3


def wait_for_answer(refused: Refused) -> None:
    """Tries for a while, then says what to do."""
    since = st.session_state.setdefault(SINCE, time.monotonic())
    if time.monotonic() - since < PATIENCE_SECONDS:
        st.fragment(_try_again, run_every=EVERY_SECONDS)()
        return
    st.error(f"**{refused.title}.** {refused.detail}", icon=":material/error:")
    if st.button("Try again"):
        answered()
        st.rerun()


def answered() -> None:
    """Ends the wait: the next one has its own patience."""
    st.session_state.pop(SINCE, None)


def _try_again() -> None:
    since = st.session_state.get(SINCE, time.monotonic())
    st.info(
        "The product does not answer at the moment; this page tries again by itself.", icon=":material/sync:"
    )
    if answers() or time.monotonic() - since >= PATIENCE_SECONDS:
        st.rerun()
