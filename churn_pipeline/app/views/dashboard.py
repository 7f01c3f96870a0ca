"""The dashboard: what the shop's last run found, and what to do about it."""

from typing import Any

import streamlit as st

from churn_pipeline.app import charts
from churn_pipeline.app.asking import Refused, download, get
from churn_pipeline.app.chosen_shop import chosen_shop, overview_of
from churn_pipeline.app.contents.campaign import plain_rows, scenario_rows
from churn_pipeline.app.contents.models import importance_rows, model_rows
from churn_pipeline.app.contents.summary import SEGMENT_NAMES, cards, segment_rows
from churn_pipeline.app.going import go_to

NOT_READY = (404, 409)


def show() -> None:
    """The page."""
    st.title("Dashboard")
    shop = chosen_shop()
    results = None if shop is None else results_or_hint(shop)
    if shop is None or results is None:
        return
    currency = str(overview_of(shop)["currency"])
    for column, card in zip(st.columns(4), cards(results, currency), strict=True):
        column.metric(card.label, card.value, help=card.explanation, border=True)
    _models(results)
    _segments(shop, results, currency)
    _recommended(shop, results, currency)
    _warnings_and_forecast(results)


def results_or_hint(shop: str) -> dict[str, Any] | None:
    """The shop's results; None, and a sentence on the page, where there are none yet."""
    try:
        answer: dict[str, Any] = get(f"/results/{shop}")
    except Refused as refused:
        if refused.status not in NOT_READY:
            raise
        st.info(str(refused))
        return None
    return answer


def _models(results: dict[str, Any]) -> None:
    st.subheader("Is machine learning worth it here?")
    st.write(results["verdict"]["sentence"])
    left, right = st.columns(2)
    with left:
        st.table(model_rows(results), hide_index=True)
    with right:
        st.altair_chart(
            charts.bars(importance_rows(results), "Driver", "Share of the decision, %"),
            alt="The drivers of churn by their share of the decision",
        )
    if st.button("View detailed analysis"):
        go_to("analysis")


def _segments(shop: str, results: dict[str, Any], currency: str) -> None:
    st.subheader("Who is at risk?")
    left, right = st.columns([1, 2])
    counts = [
        {"Segment": name, "Customers": results["segments"][key]["count"]}
        for key, name in SEGMENT_NAMES.items()
        if key in results["segments"]
    ]
    left.altair_chart(charts.tiers(counts), alt="Customers by segment")
    with right:
        st.table(segment_rows(results, currency), hide_index=True)
        st.download_button(
            "Export risk list",
            lambda: download(f"/export/{shop}", format="csv", what="scores"),
            f"{shop}_scores.csv",
            on_click="ignore",
        )
    drivers = [d for d in results["drivers"] if d["segment"] == "high_risk"]
    for driver in drivers:
        with st.expander(driver["sentence"]):
            st.write(
                "Moves the probability of such a customer by "
                f"{100 * driver['mean_contribution']:+.1f} points on average."
            )


def _recommended(shop: str, results: dict[str, Any], currency: str) -> None:
    st.subheader("Recommended action")
    primary = results["recommendations"]["primary"]
    st.write(primary["sentence"])
    if primary.get("example_message"):
        message = primary["example_message"]
        with st.container(border=True):
            st.caption(f"The message as customer {message['customer_id']} would get it")
            st.markdown(f"**{message['subject']}**")
            st.text(message["message"])
    for action in results["recommendations"]["actions"]:
        st.markdown(f"- {action['sentence']}")
    first, second, _ = st.columns([1, 1, 2])
    first.download_button(
        "Download customer list",
        lambda: download(f"/export/{shop}", format="csv", what="targets"),
        f"{shop}_targets.csv",
        on_click="ignore",
    )
    if second.button("Plan a campaign"):
        go_to("simulator")
    st.markdown("**Scenarios** (★ highest expected profit)")
    st.table(scenario_rows(results, currency), hide_index=True)
    with st.expander("By the plain formula, as if everyone contacted would leave (☆ highest ROI)"):
        st.table(plain_rows(results, currency), hide_index=True)


def _warnings_and_forecast(results: dict[str, Any]) -> None:
    st.subheader("Early warnings")
    first = results["early_warnings"]["first"]
    if first:
        st.dataframe(first, hide_index=True)
    else:
        st.write("Nobody who was safe at the last scoring has become a risk since.")
    st.subheader("What to expect")
    st.caption(
        "Active customers, with the 80 % interval; customers yet to come are not counted."
        if results["forecast"]["months"]
        else "The history is too short for a forecast."
    )
    months = [
        {
            "Until": str(month["period_end"])[:10],
            "Active customers": round(month["active_customers"]),
            "low": round(month["active_customers_low"]),
            "high": round(month["active_customers_high"]),
        }
        for month in results["forecast"]["months"]
    ]
    if months:
        st.altair_chart(
            charts.band(months, "Until", "Active customers", "low", "high"),
            alt="Active customers, forecast",
        )
