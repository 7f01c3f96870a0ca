"""Reports: documents to hand on, and tables to work on."""

import streamlit as st

from churn_pipeline.app.asking import Refused, download
from churn_pipeline.app.chosen_shop import chosen_shop
from churn_pipeline.app.contents.files import PREDICTIONS, REPORTS, Download, file_name
from churn_pipeline.app.views.dashboard import results_or_hint


def show() -> None:
    """The page."""
    st.title("Reports")
    shop = chosen_shop()
    if shop is None or results_or_hint(shop) is None:
        return
    st.subheader("Documents")
    for entry in REPORTS:
        _row(shop, entry)
    st.subheader("Tables")
    for entry in PREDICTIONS:
        _row(shop, entry)
    st.caption("Lists of customers to write to are on the page **Campaigns**.")


def _row(shop: str, entry: Download) -> None:
    text, buttons = st.columns([3, 2], vertical_alignment="center")
    text.markdown(f"**{entry.title}**  \n{entry.about}")
    beside_each_other = buttons.container(horizontal=True)
    for file_format in entry.formats:
        offer(beside_each_other, file_format.upper(), shop, entry.what, file_format, f"{entry.title}, ")


def offer(
    place: "st.delta_generator.DeltaGenerator",
    label: str,
    shop: str,
    what: str,
    file_format: str,
    title: str = "",
    **parameters: str,
) -> None:
    """A button whose file is made when it is pressed."""

    def made() -> bytes:
        try:
            return download(f"/export/{shop}", format=file_format, what=what, **parameters)
        except Refused as refused:
            st.session_state["not_made"] = str(refused)
            raise

    place.download_button(
        label,
        made,
        file_name(shop, parameters.get("list", what), file_format),
        on_click="ignore",
        help=f"{title}{file_format.upper()}",
        key=f"download {what} {file_format} {sorted(parameters.items())}",
    )
