"""Campaigns: whom to write to, as a list for the tool that sends, and the plans that were saved."""

import streamlit as st

from churn_pipeline.app.asking import get
from churn_pipeline.app.chosen_shop import chosen_shop, overview_of
from churn_pipeline.app.contents.campaign import comparison_rows, scenario_rows
from churn_pipeline.app.contents.files import LISTS, MAIL_TOOLS
from churn_pipeline.app.going import go_to
from churn_pipeline.app.parts import shown_or_said
from churn_pipeline.app.views.dashboard import results_or_hint
from churn_pipeline.app.views.reports import offer


def show() -> None:
    """The page."""
    st.title("Campaigns")
    shop = chosen_shop()
    results = None if shop is None else results_or_hint(shop)
    if shop is None or results is None:
        return
    currency = str(overview_of(shop)["currency"])
    st.write(results["recommendations"]["primary"]["sentence"])
    _lists(shop)
    st.subheader("Scenarios of the last run (★ highest expected profit)")
    st.table(scenario_rows(results, currency), hide_index=True)
    st.subheader("Saved plans")
    shown_or_said(lambda: _plans(shop, currency))
    if st.button("Plan another campaign"):
        go_to("simulator")


def _lists(shop: str) -> None:
    st.subheader("Whom to write to")
    chosen = st.radio("List", list(LISTS), format_func=LISTS.__getitem__, key="list", bind="query-params")
    tool = st.selectbox("Columns for", list(MAIL_TOOLS), format_func=MAIL_TOOLS.__getitem__, key="tool")
    more = {"columns": tool} if tool else {}
    csv, excel, _ = st.columns([1, 1, 2])
    offer(csv, "Download as CSV", shop, "targets", "csv", list=chosen, **more)
    offer(excel, "Download as Excel", shop, "targets", "xlsx", list=chosen, **more)
    st.caption(
        "The list holds reasons, the offer and the message for each customer, and their contact details "
        "where a file had them. Leave a few out by lot and write to the others: only so can it be seen what "
        "the campaign did."
    )


def _plans(shop: str, currency: str) -> None:
    plans = [s for s in get(f"/scenarios/{shop}", limit=100) if s["name"]]
    if plans:
        st.table(comparison_rows(plans, "", currency), hide_index=True)
    else:
        st.write("No plan has been saved yet. The **What-if simulator** keeps one under a name.")
