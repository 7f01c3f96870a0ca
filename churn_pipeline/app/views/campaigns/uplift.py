"""Whom contacting changes, learned from all campaigns: groups and the Qini curve."""

from typing import Any

import streamlit as st

from churn_pipeline.app import charts
from churn_pipeline.app.contents.uplift import curve_rows, group_rows


def show_uplift(results: dict[str, Any], currency: str) -> None:
    """Nothing before a campaign with a control group has ended; then what was learned, or what it takes."""
    found = results.get("uplift")
    if not found or not found["sentences"]:
        return
    st.subheader("Whom contacting changes")
    st.markdown("\n".join(f"- {sentence}" for sentence in found["sentences"][:1]))
    if not found["available"]:
        return
    st.table(group_rows(found), hide_index=True)
    st.caption(
        "Clear: at least 80 % of the models say so. The change of retention is what the lot showed, of "
        "customers whom models that had not seen them put into the group."
    )
    with st.expander("The list by the learned effect beside risk x value"):
        unit = f"Kept per customer of all, {currency}" if currency else "Kept per customer of all"
        st.altair_chart(
            charts.lines(curve_rows(found, unit), "Contacted, %", unit, "List"),
            alt="Money kept by contacting the first of the list, by the learned effect and by risk x value",
        )
