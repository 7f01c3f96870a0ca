"""The customer explorer: filters and audiences, pages of fifty, files, one customer in full. Filters and
customer stand in the page's address."""

from typing import Any

import pandas as pd
import streamlit as st

from churn_pipeline.app.asking import Refused, download, get
from churn_pipeline.app.chosen_shop import chosen_shop, overview_of
from churn_pipeline.app.contents.customers import SORTED_BY, rows
from churn_pipeline.app.views.customers.audiences import first_page, wanted_customers
from churn_pipeline.app.views.customers.detail import show_customer
from churn_pipeline.app.views.customers.question_file import ask_by_file
from churn_pipeline.core.wording import counted

PAGE = 50


def show() -> None:
    """The page."""
    st.title("Customers")
    shop = chosen_shop()
    if shop is None:
        return
    overview = overview_of(shop)
    if overview["scored_at"] is None:
        st.info("Nobody has been scored yet: **Upload and configure** starts the first training.")
        return
    currency = str(overview["currency"])
    conditions = wanted_customers(shop, overview["as_of"], currency)
    order = st.selectbox("Sorted by", list(SORTED_BY), key="sort", bind="query-params", on_change=first_page)
    asked = conditions | {"sort": SORTED_BY[order]}
    page = _page(shop, asked)
    if page is None:
        return
    picked = _list(page, asked, currency)
    _files(shop, asked)
    wanted = picked or st.query_params.get("customer")
    if wanted:
        show_customer(shop, wanted)
    else:
        st.caption("Choose a row to see the customer in full.")
    with st.expander("Ask what would be for many customers at once, by a file"):
        ask_by_file(shop)


def _page(shop: str, asked: dict[str, Any]) -> dict[str, Any] | None:
    number = int(st.session_state.get("page", 1))
    try:
        page: dict[str, Any] = get(f"/predictions/{shop}", limit=PAGE, offset=PAGE * (number - 1), **asked)
        if not page["customers"] and page["total"]:
            page = get(f"/predictions/{shop}", limit=PAGE, **asked)
    except Refused as refused:
        st.info(str(refused))
        return None
    return page


def _list(page: dict[str, Any], asked: dict[str, Any], currency: str) -> str | None:
    """Shows a page of the list; the id of the customer that was picked in it."""
    if not page["total"]:
        st.info("No customer fits: take a filter away.")
        return None
    st.caption(f"{counted(page['total'], 'customers')}, of whom each page shows {PAGE}")
    chosen = st.dataframe(
        pd.DataFrame(rows(page["customers"], currency)),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"customers {page['version']} {page['page']} {asked}",
        alt="Customers that fit the filters; choose a row for the details",
    )
    st.pagination(max(1, -(-page["total"] // PAGE)), key="page", bind="query-params")
    picked = chosen["selection"]["rows"]
    if not picked:
        return None
    customer = str(page["customers"][picked[0]]["customer_id"])
    st.query_params["customer"] = customer
    return customer


def _files(shop: str, asked: dict[str, Any]) -> None:
    with st.container(horizontal=True):
        for kind, label in (("csv", "Export filtered as CSV"), ("xlsx", "Export filtered as Excel")):
            st.download_button(
                label,
                lambda kind=kind: download(f"/predictions/{shop}/file", format=kind, **asked),  # type: ignore[misc]
                f"{shop}_customers.{kind}",
                on_click="ignore",
                key=f"export {kind}",
            )
