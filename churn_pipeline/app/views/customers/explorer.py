"""The customer explorer: filters and audiences, pages of fifty, files, one customer in full. Filters and
customer stand in the page's address."""

from typing import Any

import pandas as pd
import streamlit as st

from churn_pipeline.app import address
from churn_pipeline.app.asking import Refused, download, get
from churn_pipeline.app.chosen_shop import chosen_shop, overview_of
from churn_pipeline.app.contents.customers import SORTED_BY, rows
from churn_pipeline.app.views.customers.audiences import PAGE, first_page, wanted_customers
from churn_pipeline.app.views.customers.detail import show_customer
from churn_pipeline.app.views.customers.question_file import ask_by_file
from churn_pipeline.core.wording import counted

ROWS = 50
TURNED = "page turned to"


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
    order = address.choose(st, "Sorted by", SORTED_BY, "sort", first_page)
    asked = conditions | {"sort": order or None}
    page = _page(shop, asked)
    if page is None:
        return
    _list(page, asked, currency)
    _files(shop, asked)
    wanted = st.query_params.get("customer")
    if wanted:
        show_customer(shop, wanted)
    else:
        st.caption("Choose a row to see the customer in full.")
    with st.expander("Ask what would be for many customers at once, by a file"):
        ask_by_file(shop)


def _page(shop: str, asked: dict[str, Any]) -> dict[str, Any] | None:
    number = max(1, int(address.number_in(st.query_params.get(PAGE, "1")) or 1))
    try:
        page: dict[str, Any] = get(f"/predictions/{shop}", limit=ROWS, offset=ROWS * (number - 1), **asked)
        if not page["customers"] and page["total"]:
            page = get(f"/predictions/{shop}", limit=ROWS, **asked)
    except Refused as refused:
        st.info(str(refused))
        return None
    return page


def _list(page: dict[str, Any], asked: dict[str, Any], currency: str) -> None:
    """Shows a page of the list; the customer that is picked in it is written into the address."""
    if not page["total"]:
        st.info("No customer fits: take a filter away.")
        return
    st.caption(f"{counted(page['total'], 'customers')}, of whom each page shows {ROWS}")
    key = f"customers {page['version']} {page['page']} {asked}"
    st.dataframe(
        pd.DataFrame(rows(page["customers"], currency)),
        hide_index=True,
        on_select=lambda: _picked(key, page["customers"]),
        selection_mode="single-row",
        key=key,
        alt="Customers that fit the filters; choose a row for the details",
    )
    st.session_state[TURNED] = page["page"]
    st.pagination(max(1, -(-page["total"] // ROWS)), key=TURNED, on_change=_turned)


def _picked(key: str, customers: list[dict[str, Any]]) -> None:
    picked = st.session_state[key]["selection"]["rows"]
    if picked:
        st.query_params["customer"] = str(customers[picked[0]]["customer_id"])
    else:
        address.forget("customer")


def _turned() -> None:
    st.query_params[PAGE] = str(st.session_state[TURNED])


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
