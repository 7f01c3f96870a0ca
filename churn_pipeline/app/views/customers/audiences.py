"""Which customers the explorer shows: by filters, or by an audience, which is a filter that has a name."""

from typing import Any

import streamlit as st

from churn_pipeline.app import address
from churn_pipeline.app.asking import Refused, delete, get, post
from churn_pipeline.app.contents.filters import AWAY, STATUSES, TIERS, asked_filter, filter_words, given
from churn_pipeline.app.going import go_to
from churn_pipeline.app.rights import if_may_write

PAGE = "page"
"""Of the list, in the address."""


def wanted_customers(shop: str, as_of: str | None, currency: str) -> dict[str, Any]:
    """Shows audiences and filters; returns the conditions as the API names them."""
    audiences = {str(a["audience_id"]): a for a in get(f"/audiences/{shop}")}
    names = {"": "None: by the filters below"} | {
        key: f"{a['name']} ({a['customers']:,})" for key, a in audiences.items()
    }
    chosen = ""
    if audiences or "audience" in st.query_params:
        chosen = address.choose(st, "Audience", names, "audience", first_page)
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
    address.forget(PAGE)


def _filters(as_of: str | None) -> dict[str, Any]:
    first, second, third, fourth = st.columns(4)
    tier = address.choose(first, "Risk", TIERS, "tier", first_page)
    status = address.choose(second, "Status", STATUSES, "status", first_page)
    value = address.count(third, "Value above", "value", first_page)
    away = address.choose(fourth, "Last order", AWAY, "away", first_page)
    text = address.write(st, "Search customer", "text", first_page, placeholder="part of the id")
    return asked_filter(tier, status, value, away, text, as_of)


def _keep(shop: str, conditions: dict[str, Any], currency: str) -> None:
    with st.expander("Keep this filter as an audience"), st.form("keep audience", border=False):
        st.caption(f"It holds whoever fits at the time: {filter_words(conditions, currency)}.")
        name = st.text_input("Name of the audience", max_chars=100)
        if st.form_submit_button("Save", **if_may_write()) and name.strip():
            try:
                kept = post("/audiences", {"session_id": shop, "name": name.strip(), "filters": conditions})
            except Refused as refused:
                st.error(str(refused))
                return
            st.query_params["audience"] = kept["audience_id"]
            st.rerun()


def _of_audience(shop: str, audience_id: str) -> None:
    with st.container(horizontal=True):
        if st.button("Make a campaign for this audience", **if_may_write(icon=":material/campaign:")):
            go_to("campaigns", for_audience=audience_id)
        if st.button("Delete this audience", **if_may_write()):
            delete(f"/audiences/{shop}/{audience_id}")
            address.forget("audience")
            st.rerun()
