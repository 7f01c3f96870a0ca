"""The what-if simulator: a campaign by four sliders, its outcome with how sure it is, plans that are kept;
another churn threshold; a file of questions."""

from typing import Any

import streamlit as st

from churn_pipeline.app import charts
from churn_pipeline.app.asking import Refused, get, post
from churn_pipeline.app.chosen_shop import chosen_shop, overview_of
from churn_pipeline.app.contents.campaign import outcome_lines
from churn_pipeline.app.contents.simulation import RATING_LIMITS, curve_rows, rated
from churn_pipeline.app.views.customers.question_file import ask_by_file
from churn_pipeline.app.views.dashboard import results_or_hint
from churn_pipeline.app.views.definition import choose_definition
from churn_pipeline.app.views.plans import keep_plan, saved_plans


def show() -> None:
    """The page."""
    st.title("What-if simulator")
    shop = chosen_shop()
    results = None if shop is None else results_or_hint(shop)
    if shop is None or results is None:
        return
    currency = str(overview_of(shop)["currency"])
    left, right = st.columns([2, 3])
    with left:
        inputs = _inputs(results["roi_scenarios"]["margin"]["gross_margin"])
    preview = _preview(shop, inputs)
    if preview is not None:
        with right:
            _outcome(preview, currency)
        keep_plan(shop, inputs)
    saved_plans(shop, currency)
    st.subheader("Other questions")
    if st.toggle("Try another churn threshold", key="threshold", bind="query-params"):
        choose_definition(shop, get(f"/shops/{shop}/settings"))
    if st.toggle("Ask about many customers by a file", key="file", bind="query-params"):
        ask_by_file(shop)


def _inputs(shop_margin: float) -> dict[str, Any]:
    bound: dict[str, Any] = {"bind": "query-params"}
    targets = st.slider("Customers to contact", 50, 500, 100, 10, key="targets", **bound)
    discount = st.slider("Discount, %", 5, 30, 20, key="discount", **bound)
    own_rate = st.toggle(
        "Set the success rate myself",
        value=True,
        key="own",
        help="otherwise it follows from the discount: assumed, until campaigns with a control group "
        "measure it",
        **bound,
    )
    success = st.slider(
        "Success, % of would-be churners", 10, 60, 35, key="success", disabled=not own_rate, **bound
    )
    usual = round(100 * shop_margin)
    margin = st.slider("Gross margin, %", 1, 100, usual, key="margin", **bound)
    plain = st.toggle(
        "Plain formula",
        key="plain",
        help="as if everyone contacted would leave otherwise: targets × success × value - cost",
        **bound,
    )
    inputs: dict[str, Any] = {
        "target_count": targets,
        "discount_percent": discount,
        "assume_all_churn": plain,
    }
    if own_rate:
        inputs["success_rate"] = success / 100
    return inputs | ({"gross_margin": margin / 100} if margin != usual else {})


def _preview(shop: str, inputs: dict[str, Any]) -> dict[str, Any] | None:
    try:
        answer: dict[str, Any] = post("/simulate/preview", {"session_id": shop, "scenario": inputs})
    except Refused as refused:
        st.error(str(refused))
        return None
    return answer


def _outcome(preview: dict[str, Any], currency: str) -> None:
    outputs = preview["outputs"]
    roi, words = rated(outputs["roi_percent"])
    st.metric("ROI", roi, words, delta_color="off", delta_arrow="off", border=True, help=RATING_LIMITS)
    for line in outcome_lines(preview, currency):
        st.markdown(f"- {line}")
    curve = curve_rows(preview)
    if curve:
        st.caption(
            "Expected profit over the length of the list, at this discount, success and margin; the line "
            "marks the chosen length"
        )
        st.altair_chart(
            charts.marked_curve(curve, "Customers contacted", "Expected profit", outputs["target_count"]),
            alt="Expected profit over the number of customers contacted",
        )
