"""What if the customer ordered today, or were other than it is: the probability before and after."""

from typing import Any

import pandas as pd
import streamlit as st

from churn_pipeline.app.asking import Refused, post
from churn_pipeline.app.contents.customers import change_sentence, changed_feature_rows, feature_choices


def suppose(shop: str, customer: dict[str, Any], explanation: dict[str, Any] | None) -> None:
    """Shows both questions and the answer to the one that was asked."""
    st.subheader("What if?")
    left, right = st.columns(2)
    with left:
        asked = _order(customer)
    with right:
        asked = (_features(explanation) if explanation else None) or asked
    if asked:
        _answer(shop, customer["customer_id"], asked, explanation)


def _order(customer: dict[str, Any]) -> dict[str, Any] | None:
    """An order today, as the question that the API takes; None where it was not asked."""
    average = customer["total_spend"] / max(1, customer["orders"])
    with st.form("order today"):
        amount = st.number_input("Orders today for", 0.01, value=max(0.01, round(average, 2)))
        if not st.form_submit_button("What would that change?"):
            return None
    at = pd.Timestamp(customer["as_of"]) - pd.Timedelta(hours=12)  # the last day that the scores know
    return {"orders": [{"at": at.isoformat(), "amount": amount}]}


def _features(explanation: dict[str, Any]) -> dict[str, Any] | None:
    """Features set by hand, as the question that the API takes; None where it was not asked."""
    choices = feature_choices(explanation)
    chosen = st.multiselect(
        "Suppose other features", list(choices), format_func=lambda name: choices[name].label
    )
    if not chosen:
        return None
    with st.form("other features"):
        values = {
            name: st.number_input(choices[name].label, value=choices[name].value, key=f"supposed {name}")
            for name in chosen
        }
        if not st.form_submit_button("What would that change?"):
            return None
    return {"features": values}


def _answer(shop: str, customer_id: str, asked: dict[str, Any], explanation: dict[str, Any] | None) -> None:
    try:
        answer = post("/what-if", {"session_id": shop, "customer_id": customer_id, **asked})
    except Refused as refused:
        st.error(str(refused))
        return
    st.success(change_sentence(answer))
    for reason in answer["after"].get("top_risk_factors") or []:
        st.markdown(f"- {reason['reason']}")
    changed = changed_feature_rows(answer, explanation)
    if changed:
        with st.expander("What changes for the model"):
            st.table(changed, hide_index=True)
