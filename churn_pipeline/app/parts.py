"""Parts of a page that may have nothing to show yet."""

from collections.abc import Callable

import streamlit as st

from churn_pipeline.app.asking import Refused


def shown_or_said(part: Callable[[], object]) -> None:
    """Shows a part of the page; where the API refuses what it asks, the sentence that says so."""
    try:
        part()
    except Refused as refused:
        st.info(str(refused))
