"""From one page to another."""

import streamlit as st


def go_to(page: str, **parameters: str) -> None:
    """Opens the page with that address; parameters stand in the address behind it."""
    from churn_pipeline.app.navigation import page_at

    st.switch_page(page_at(page), query_params=parameters)
