"""Which customers the explorer shows: by filters, or by an audience, which is a filter that has a name."""

from typing import Any

import streamlit as st

from churn_pipeline.app.asking import Refused, delete, get, post
from churn_pipeline.app.contents.filters import AWAY, asked_filter, filter_words, given
from churn_pipeline.app.going import go_to

NEXT = "audience to choose"


def wanted_customers(shop: str, as_of: str | None, currency: str) -> dict[str, Any]:
    """Shows audiences and filters; returns the conditions as the API names them."""
    if NEXT in st.session_state:  # what was just saved or deleted, before the choice is drawn
        st.session_state["audience"] = st.session_state.pop(NEXT)
    audiences = {str(a["audience_id"]): a for a in get(f"/audiences/{shop}")}
    chosen = ""
    if audiences:
        chosen = st.selectbox(
            "Audience",
            ["", *audiences],
            format_func=lambda key: _named(audiences, key),
            key="audience",
            bind="query-params",
            on_change=first_page,
        )
    if chosen:
        audience = audiences[chosen]
        st.caption(f"**{audience['name']}**: {filter_words(audience['filters'], currency)}")
        _of_audience(shop, chosen)
        return given(audience["filters"])
    conditions = _filters(as_of)
    _keep(shop, conditions, currency)
    return conditions


def first_page() -> None:
    """Another filter begins at its first page."""
    st.session_state["page"] = 1


def _named(audiences: dict[str, Any], key: str) -> str:
    if not key:
        return "None: by the filters below"
    return f"{audiences[key]['name']} ({audiences[key]['customers']:,})"


def _filters(as_of: str | None) -> dict[str, Any]:
    first, second, third, fourth = st.columns(4)
    bound: dict[str, Any] = {"bind": "query-params", "on_change": first_page}
    tier = first.selectbox("Risk", ["", "high", "medium", "low"], format_func=_all_or, key="tier", **bound)
    status = second.selectbox(
        "Status", ["", "eligible", "lapsed", "new"], format_func=_all_or, key="status", **bound
    )
    value = third.number_input("Value above", 0.0, value=0.0, key="value", **bound)
    away = fourth.selectbox("Last order", list(AWAY), key="away", **bound)
    text = st.text_input("Search customer", key="text", placeholder="part of the id", **bound)
    return asked_filter(tier, status, value, away, text or "", as_of)


def _all_or(value: str) -> str:
    return {"": "All", "eligible": "Active"}.get(value, value.capitalize())


def _keep(shop: str, conditions: dict[str, Any], currency: str) -> None:
    with st.expander("Keep this filter as an audience"), st.form("keep audience", border=False):
        st.caption(f"It holds whoever fits at the time: {filter_words(conditions, currency)}.")
        name = st.text_input("Name of the audience", max_chars=100)
        if st.form_submit_button("Save") and name.strip():
            try:
                kept = post("/audiences", {"session_id": shop, "name": name.strip(), "filters": conditions})
            except Refused as refused:
                st.error(str(refused))
                return
            st.session_state[NEXT] = kept["audience_id"]
            st.rerun()


def _of_audience(shop: str, audience_id: str) -> None:
    with st.container(horizontal=True):
        if st.button("Make a campaign for this audience", icon=":material/campaign:"):
            go_to("campaigns", for_audience=audience_id)
        if st.button("Delete this audience"):
            delete(f"/audiences/{shop}/{audience_id}")
            st.session_state[NEXT] = ""
            st.rerun()
