"""One campaign: how it was drawn, its list, what came of it; and whom no campaign contacts."""

from typing import Any

import streamlit as st

from churn_pipeline.app import charts
from churn_pipeline.app.asking import Refused, delete, download, get, send_file
from churn_pipeline.app.contents.drawn_campaigns import interval_rows, outcome_rows
from churn_pipeline.app.contents.files import MAIL_TOOLS
from churn_pipeline.app.rights import may_write


def show_campaign(shop: str, campaign_id: str, currency: str) -> None:
    """Its plan, list, results and responses."""
    plan = get(f"/campaigns/{shop}/{campaign_id}")
    found = get(f"/campaigns/{shop}/{campaign_id}/results")
    _results(found, currency)
    with st.expander("How it was drawn"):
        st.markdown("\n".join(f"- {sentence}" for sentence in plan["sentences"]))
    st.subheader("Whom to write to")
    tool = st.selectbox(
        "Columns for", list(MAIL_TOOLS), format_func=MAIL_TOOLS.__getitem__, key="campaign_tool"
    )
    csv, excel, _ = st.columns([1, 1, 2])
    _offer(csv, "Download as CSV", shop, campaign_id, "csv", tool)
    _offer(excel, "Download as Excel", shop, campaign_id, "xlsx", tool)
    st.caption("Those to contact, and nobody of those who are left alone.")
    if may_write():
        _responses(shop, campaign_id)
    if may_write() and not found["share_of_time"]:
        _withdraw(shop, plan)


def _withdraw(shop: str, plan: dict[str, Any]) -> None:
    """The way to take it back, where nobody was contacted yet."""
    with st.expander("Nobody was contacted: take it back"):
        st.write("Its customers and its name are free again. It cannot be undone.")
        if st.button("Withdraw this campaign", key=f"withdraw_{plan['campaign_id']}"):
            try:
                delete(f"/campaigns/{shop}/{plan['campaign_id']}")
            except Refused as refused:
                st.error(str(refused))
                return
            st.rerun()


def show_do_not_contact(shop: str) -> None:
    """How many are on the list, and a way to add more."""
    listed = get(f"/do-not-contact/{shop}", limit=1)
    with st.expander(f"Whom no campaign contacts ({listed['total']:,})"):
        if not may_write():
            st.write("Whoever may change something can add to them and take off again.")
            return
        file = st.file_uploader("Add the customers of a file (a column with their ids)", key="stop_file")
        if file and st.button("Add to the list"):
            try:
                said = send_file(f"/do-not-contact/{shop}/file", file.name, file)
            except Refused as refused:
                st.error(str(refused))
                return
            st.success("\n\n".join(said["sentences"]))
        customer = st.text_input("Take a customer off the list again (the id)", key="stop_off").strip()
        if customer and st.button("Take off"):
            try:
                said = delete(f"/do-not-contact/{shop}/{customer}")
            except Refused as refused:
                st.error(str(refused))
                return
            st.success("\n\n".join(said["sentences"]))


def _results(found: dict[str, Any], currency: str) -> None:
    st.subheader("What came of it")
    st.markdown("\n".join(f"- {sentence}" for sentence in found["sentences"]))
    if not found["sample_ratio"]["passed"]:
        st.warning(found["sample_ratio"]["sentence"])
    if found["contamination"]:
        st.info(found["contamination"]["sentence"])
    rows = interval_rows(found)
    if rows:
        st.caption("Difference in points of retention, contacted less left alone, with its interval")
        st.altair_chart(
            charts.intervals(rows, "Offer", "Points of retention", "Low", "High"),
            alt="Difference of retention between the contacted and those left alone, with its interval",
        )
    table = outcome_rows(found, currency)
    if table:
        st.dataframe(table, hide_index=True)


def _responses(shop: str, campaign_id: str) -> None:
    with st.expander("Who used the offer"):
        file = st.file_uploader("A file with the ids of those who used it", key=f"responses_{campaign_id}")
        if file and st.button("Take a new look with it"):
            try:
                send_file(f"/campaigns/{shop}/{campaign_id}/responses", file.name, file)
            except Refused as refused:
                st.error(str(refused))
                return
            st.rerun()


def _offer(
    place: "st.delta_generator.DeltaGenerator", label: str, shop: str, campaign_id: str, kind: str, tool: str
) -> None:
    def made() -> bytes:
        path = f"/campaigns/{shop}/{campaign_id}/export"
        return download(path, format=kind, columns=tool or None)

    place.download_button(
        label, made, f"{shop}-{campaign_id}.{kind}", on_click="ignore", key=f"{campaign_id} {kind}"
    )
