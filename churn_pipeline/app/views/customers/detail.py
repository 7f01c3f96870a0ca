"""One customer in full: who it is, why the probability is what it is, what was and what might be."""

from typing import Any

import pandas as pd
import streamlit as st

from churn_pipeline.app import charts
from churn_pipeline.app.asking import Refused, get
from churn_pipeline.app.contents.customers import (
    earlier_rows,
    order_rows,
    probability_words,
    profile_lines,
    reason_rows,
)
from churn_pipeline.app.going import go_to
from churn_pipeline.app.parts import shown_or_said
from churn_pipeline.app.rights import if_may_write
from churn_pipeline.app.views.customers.suppositions import suppose

ORDERS_OF_A_PAGE = 50
MOST_ORDERS = 1000


def show_customer(shop: str, customer_id: str) -> None:
    """Shows the customer; a sentence where the shop has none of that id."""
    try:
        customer = get(f"/customers/{shop}/{customer_id}")
    except Refused as refused:
        st.warning(str(refused))
        return
    st.header(f"Customer {customer_id}")
    explanation = None
    if customer["churn_probability"] is not None:
        st.progress(customer["churn_probability"], text=probability_words(customer))
        explanation = _explanation(shop, customer_id)
    else:
        st.info(probability_words(customer))
    left, right = st.columns(2)
    with left:
        _profile(customer)
    with right:
        _reasons(customer, explanation)
    _message(customer)
    if st.button("Add to a campaign", **if_may_write(icon=":material/campaign:")):
        go_to("campaigns", customer=customer_id)
    suppose(shop, customer, explanation)
    shown_or_said(lambda: _earlier(shop, customer_id))
    if st.toggle("View full history", key="history", bind="query-params"):
        _all_orders(shop, customer)


def _explanation(shop: str, customer_id: str) -> dict[str, Any] | None:
    """Every factor and feature behind the probability; None, and the sentence that says why, without one."""
    try:
        found: dict[str, Any] = get(f"/explanations/{shop}/{customer_id}")
    except Refused as refused:
        st.info(str(refused))
        return None
    return found


def _profile(customer: dict[str, Any]) -> None:
    st.subheader("Profile")
    for line in profile_lines(customer):
        st.markdown(f"- {line}")
    orders = order_rows(customer["history"], customer["currency"])
    if orders:
        st.altair_chart(
            charts.orders_over_time(customer["history"], customer["currency"]),
            alt="Orders of the customer by date and amount",
        )


def _reasons(customer: dict[str, Any], explanation: dict[str, Any] | None) -> None:
    st.subheader("Reasons")
    if customer["churn_probability"] is None:
        st.write("Reasons are of the churn probability, which the lapsed and the new do not have.")
    for factor in customer["top_risk_factors"] or []:
        st.markdown(f"- {factor['reason']}")
    if explanation:
        st.altair_chart(
            charts.signed_bars(reason_rows(explanation), "Reason", "Points of probability"),
            alt="Reasons for the probability; to the right they raise it",
        )


def _message(customer: dict[str, Any]) -> None:
    action = customer["recommended_action"]
    if action and action.get("message"):
        with st.container(border=True):
            st.caption("What pays best for this customer, as it would be sent or done")
            st.markdown(f"**{action['subject']}**")
            st.text(action["message"])


def _earlier(shop: str, customer_id: str) -> None:
    scores = earlier_rows(get(f"/earlier-scores/{shop}/{customer_id}"))
    with st.expander("Score history"):
        if len(scores) > 1:
            st.altair_chart(
                charts.line(scores, "As of", "Churn probability, %"),
                alt="The churn probability at each scoring",
            )
        st.table(pd.DataFrame(scores), hide_index=True)


def _all_orders(shop: str, customer: dict[str, Any]) -> None:
    full = get(f"/customers/{shop}/{customer['customer_id']}", orders=MOST_ORDERS)
    orders = order_rows(full["history"], customer["currency"])
    number = 1
    if len(orders) > ORDERS_OF_A_PAGE:
        number = st.pagination(-(-len(orders) // ORDERS_OF_A_PAGE), key="orders")
    start = ORDERS_OF_A_PAGE * (number - 1)
    st.table(orders[start : start + ORDERS_OF_A_PAGE], hide_index=True)
    if customer["orders"] > len(orders):
        st.caption(f"The newest {len(orders):,} of {customer['orders']:,} orders.")
