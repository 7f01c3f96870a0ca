"""The what-if simulator: a campaign by three sliders, its outcome with how sure it is, plans kept and
compared."""

from typing import Any

import streamlit as st

from churn_pipeline.app import charts
from churn_pipeline.app.asking import Refused, get, post
from churn_pipeline.app.chosen_shop import chosen_shop, overview_of
from churn_pipeline.app.contents.campaign import comparison_rows, outcome_lines, rating
from churn_pipeline.app.views.dashboard import results_or_hint


def show() -> None:
    """The page."""
    st.title("What-if simulator")
    shop = chosen_shop()
    results = None if shop is None else results_or_hint(shop)
    if shop is None or results is None:
        return
    currency = str(overview_of(shop)["currency"])
    inputs = _inputs()
    scenario = _simulated(shop, inputs)
    if scenario is None:
        return
    outputs = scenario["outputs"]
    left, right = st.columns(2)
    with left:
        roi = outputs["roi_percent"]
        st.metric(
            "ROI",
            "-" if roi is None else f"{roi:,.0f} %",
            rating(roi),
            delta_color="off",
            border=True,
            help="excellent from 400 %, good from 150 %, fair from 50 %, poor from 0 %, below that a loss",
        )
        for line in outcome_lines(scenario, currency):
            st.markdown(f"- {line}")
    with right:
        curve = [
            {"Customers contacted": p["target_count"], "Expected profit": p["expected_profit"]}
            for p in results["roi_scenarios"]["profit_curve"]
        ]
        st.caption("Expected profit over the length of the list, at the recommended discount")
        st.altair_chart(
            charts.marked_curve(curve, "Customers contacted", "Expected profit", outputs["target_count"]),
            alt="Expected profit over the number of customers contacted",
        )
    _keep(shop, inputs)
    _compare(shop, currency)


def _inputs() -> dict[str, Any]:
    targets = st.slider("Customers to contact", 50, 500, 100, 10, key="targets", bind="query-params")
    discount = st.slider("Discount, %", 5, 30, 20, key="discount", bind="query-params")
    plain = st.toggle("Plain formula: as if everyone contacted would leave", key="plain", bind="query-params")
    own_rate = st.toggle("Set the success rate myself", value=True, key="own", bind="query-params")
    success = st.slider(
        "Success, % of would-be churners",
        10,
        60,
        35,
        key="success",
        bind="query-params",
        disabled=not own_rate,
    )
    inputs: dict[str, Any] = {
        "target_count": targets,
        "discount_percent": discount,
        "assume_all_churn": plain,
    }
    return inputs | ({"success_rate": success / 100} if own_rate else {})


def _simulated(shop: str, inputs: dict[str, Any], name: str | None = None) -> dict[str, Any] | None:
    request = {"session_id": shop, "scenario": inputs} | ({"name": name} if name else {})
    try:
        answer: dict[str, Any] = post("/simulate", request)
    except Refused as refused:
        st.error(str(refused))
        return None
    return answer


def _keep(shop: str, inputs: dict[str, Any]) -> None:
    with st.form("keep", clear_on_submit=True):
        name = st.text_input("Name of this plan", max_chars=100)
        if st.form_submit_button("Save plan") and name.strip() and _simulated(shop, inputs, name.strip()):
            st.success(f"Saved as {name.strip()}.")


def _compare(shop: str, currency: str) -> None:
    st.subheader("Saved plans")
    named = {s["scenario_id"]: s for s in get(f"/scenarios/{shop}", limit=100) if s["name"]}
    if not named:
        st.write("No plan has been saved yet.")
        return
    chosen = st.multiselect(
        "Compare", list(named), default=list(named)[:3], format_func=lambda key: str(named[key]["name"])
    )
    if len(chosen) < 2:
        rows = comparison_rows([named[key] for key in chosen or list(named)], "", currency)
    else:
        found = get(f"/scenarios/{shop}/compare", scenario_id=chosen)
        rows = comparison_rows(found["scenarios"], found["best"], currency)
    st.table(rows, hide_index=True)
