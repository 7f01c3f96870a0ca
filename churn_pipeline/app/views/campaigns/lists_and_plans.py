"""Lists of customers without a control group, the last run's scenarios, and the plans that were saved."""

from typing import Any

import streamlit as st

from churn_pipeline.app.asking import get
from churn_pipeline.app.contents.campaign import comparison_rows, scenario_rows
from churn_pipeline.app.contents.files import LISTS, MAIL_TOOLS
from churn_pipeline.app.going import go_to
from churn_pipeline.app.parts import shown_or_said
from churn_pipeline.app.views.reports import offer


def show_lists(shop: str) -> None:
    """Whom to write to, as a file for the tool that sends."""
    st.subheader("Whom to write to")
    chosen = st.radio("List", list(LISTS), format_func=LISTS.__getitem__, key="list", bind="query-params")
    tool = st.selectbox("Columns for", list(MAIL_TOOLS), format_func=MAIL_TOOLS.__getitem__, key="tool")
    more = {"columns": tool} if tool else {}
    csv, excel, _ = st.columns([1, 1, 2])
    offer(csv, "Download as CSV", shop, "targets", "csv", list=chosen, **more)
    offer(excel, "Download as Excel", shop, "targets", "xlsx", list=chosen, **more)
    st.caption(
        "The list holds reasons, the offer and the message for each customer, and their contact details "
        "where a file had them. Nobody is left alone by lot: what writing to it does cannot be seen. For "
        "that, draw a campaign."
    )


def show_plans(shop: str, results: dict[str, Any], currency: str) -> None:
    """The run's scenarios and the saved plans."""
    st.subheader("Scenarios of the last run (★ highest expected profit)")
    st.table(scenario_rows(results, currency), hide_index=True)
    st.subheader("Saved plans")
    shown_or_said(lambda: _plans(shop, currency))
    if st.button("Plan another campaign"):
        go_to("simulator")


def _plans(shop: str, currency: str) -> None:
    plans = [s for s in get(f"/scenarios/{shop}", limit=100) if s["name"]]
    if plans:
        st.table(comparison_rows(plans, "", currency), hide_index=True)
    else:
        st.write("No plan has been saved yet. The **What-if simulator** keeps one under a name.")
