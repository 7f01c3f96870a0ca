"""The customer explorer: filters, pages of fifty, one customer in full. Filters and customer stand in the
page's address."""

from typing import Any

import pandas as pd
import streamlit as st

from churn_pipeline.app import charts
from churn_pipeline.app.asking import Refused, download, get, post
from churn_pipeline.app.chosen_shop import chosen_shop, overview_of
from churn_pipeline.app.contents.customers import (
    SORTED_BY,
    change_sentence,
    profile_lines,
    reason_rows,
    rows,
)
from churn_pipeline.app.contents.models import feature_words
from churn_pipeline.app.parts import shown_or_said

PAGE = 50


def show() -> None:
    """The page."""
    st.title("Customers")
    shop = chosen_shop()
    if shop is None:
        return
    filters = _filters()
    wanted = st.query_params.get("customer")
    page = _page(shop, filters)
    if page is None:
        return
    st.caption(f"{page['total']:,} customers fit")
    number_of_pages = max(1, -(-page["total"] // PAGE))
    shown = rows(page["customers"], str(overview_of(shop)["currency"]))
    chosen = st.dataframe(
        pd.DataFrame(shown),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"customers {page['version']} {page['page']} {filters}",
        alt="Customers that fit the filters; choose a row for the details",
    )
    st.pagination(number_of_pages, key="page", bind="query-params")
    st.download_button(
        "Export all scores",
        lambda: download(f"/export/{shop}", format="csv", what="scores"),
        f"{shop}_scores.csv",
        on_click="ignore",
    )
    picked = chosen["selection"]["rows"]
    if picked:
        wanted = page["customers"][picked[0]]["customer_id"]
        st.query_params["customer"] = wanted
    if wanted:
        _detail(shop, wanted)


def _filters() -> dict[str, Any]:
    first, second, third, fourth = st.columns(4)
    tier = first.selectbox(
        "Risk", ["", "high", "medium", "low"], format_func=_all_or, key="tier", bind="query-params"
    )
    status = second.selectbox(
        "Status", ["", "eligible", "lapsed", "new"], format_func=_all_or, key="status", bind="query-params"
    )
    value = third.number_input("Value above", 0.0, value=0.0, key="value", bind="query-params")
    order = fourth.selectbox("Sorted by", list(SORTED_BY), key="sort", bind="query-params")
    text = st.text_input("Search customer", key="text", bind="query-params", placeholder="part of the id")
    return {
        "risk_tier": tier or None,
        "status": status or None,
        "min_value": value or None,
        "text": text or None,
        "sort": SORTED_BY[order],
    }


def _all_or(value: str) -> str:
    return value.capitalize() or "All"


def _page(shop: str, filters: dict[str, Any]) -> dict[str, Any] | None:
    number = int(st.session_state.get("page", 1))
    try:
        page: dict[str, Any] = get(f"/predictions/{shop}", limit=PAGE, offset=PAGE * (number - 1), **filters)
        if not page["customers"] and page["total"]:
            page = get(f"/predictions/{shop}", limit=PAGE, **filters)
    except Refused as refused:
        st.info(str(refused))
        return None
    return page


def _detail(shop: str, customer_id: str) -> None:
    try:
        customer = get(f"/customers/{shop}/{customer_id}")
    except Refused as refused:
        st.warning(str(refused))
        return
    st.header(f"Customer {customer_id}")
    left, right = st.columns(2)
    with left:
        for line in profile_lines(customer):
            st.markdown(f"- {line}")
        orders = pd.DataFrame(customer["history"])
        if not orders.empty:
            st.bar_chart(orders.assign(day=orders["ordered_at"].str[:10]), x="day", y="amount")
    with right:
        if customer["churn_probability"] is None:
            st.write("No churn probability: the customer has lapsed or is new.")
        else:
            _reasons(shop, customer_id, customer)
    if customer["recommended_action"] and customer["recommended_action"].get("message"):
        with st.container(border=True):
            st.markdown(f"**{customer['recommended_action']['subject']}**")
            st.text(customer["recommended_action"]["message"])
    _suppositions(shop, customer)
    with st.expander("Full history"):
        st.dataframe(orders, hide_index=True)
    shown_or_said(lambda: _earlier(shop, customer_id))


def _reasons(shop: str, customer_id: str, customer: dict[str, Any]) -> None:
    probability = customer["churn_probability"]
    st.progress(probability, text=f"Churn probability {100 * probability:.0f} % ({customer['risk_tier']})")
    shown_or_said(lambda: _factors(shop, customer_id))
    for factor in customer["top_risk_factors"] or []:
        st.markdown(f"- {factor['reason']}")


def _factors(shop: str, customer_id: str) -> None:
    explanation = get(f"/explanations/{shop}/{customer_id}")
    st.altair_chart(
        charts.signed_bars(reason_rows(explanation), "Reason", "Points of probability"),
        alt="Reasons for the probability; to the right they raise it",
    )


def _earlier(shop: str, customer_id: str) -> None:
    earlier = get(f"/earlier-scores/{shop}/{customer_id}")
    if len(earlier) > 1:
        with st.expander("Earlier scores"):
            st.dataframe(pd.DataFrame(earlier), hide_index=True)


def _suppositions(shop: str, customer: dict[str, Any]) -> None:
    st.subheader("What if?")
    left, right = st.columns(2)
    last_day = pd.Timestamp(customer["as_of"]) - pd.Timedelta(hours=12)
    average = customer["total_spend"] / max(1, customer["orders"])
    with left:
        amount = st.number_input("Orders today for", 0.01, value=max(0.01, round(average, 2)))
        if st.button("What would that change?"):
            order = {"at": last_day.isoformat(), "amount": amount}
            _answer(shop, customer["customer_id"], {"orders": [order]})
    with right:
        factors = [f["feature"] for f in customer["top_risk_factors"] or []]
        if factors:
            feature = st.selectbox("Suppose", factors, format_func=feature_words)
            now = next(f["value"] for f in customer["top_risk_factors"] if f["feature"] == feature)
            value = st.number_input("were", value=float(now or 0.0), key=f"supposed {feature}")
            if st.button("Ask"):
                _answer(shop, customer["customer_id"], {"features": {feature: value}})


def _answer(shop: str, customer_id: str, supposed: dict[str, Any]) -> None:
    try:
        answer = post("/what-if", {"session_id": shop, "customer_id": customer_id, **supposed})
    except Refused as refused:
        st.error(str(refused))
        return
    st.success(change_sentence(answer))
