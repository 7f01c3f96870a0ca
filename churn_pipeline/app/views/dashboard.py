"""The dashboard: what the shop's last run found, and what to do about it."""

from typing import Any

import streamlit as st

from churn_pipeline.app import charts
from churn_pipeline.app.asking import Refused, download, get
from churn_pipeline.app.chosen_shop import chosen_shop, overview_of, said_if_old
from churn_pipeline.app.contents.campaign import plain_rows, scenario_rows
from churn_pipeline.app.contents.models import driver_breakdown, feature_words, importance_rows, model_rows
from churn_pipeline.app.contents.recommended import (
    campaign_lines,
    forecast_rows,
    outcome_rows,
    warning_counts,
    warning_rows,
)
from churn_pipeline.app.contents.summary import SEGMENT_NAMES, cards, segment_rows
from churn_pipeline.app.going import go_to
from churn_pipeline.app.parts import shown_or_said
from churn_pipeline.app.rights import if_may_write
from churn_pipeline.app.views.feature_breakdown import show_breakdown

NOT_READY = (404, 409)
DRIVERS = 10
WARNINGS = 50


def show() -> None:
    """The page."""
    st.title("Dashboard")
    shop = chosen_shop()
    results = None if shop is None else results_or_hint(shop)
    if shop is None or results is None:
        return
    overview = overview_of(shop)
    currency = str(overview["currency"])
    is_old = said_if_old(shop, overview)
    for column, card in zip(st.columns(4), cards(results, currency), strict=True):
        with column.container(border=True, height="stretch"):
            st.metric(card.label, card.value, help=card.explanation)
            st.caption(card.beneath)
    if not currency:
        st.caption("Amounts carry no currency: **Settings**, *Money and tiers*, takes the shop's.")
    _models(shop, results, currency)
    _segments(shop, results, currency)
    _recommended(shop, results, currency, is_old)
    _warnings_and_forecast(results, currency)


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


def _models(shop: str, results: dict[str, Any], currency: str) -> None:
    st.subheader("Is machine learning worth it here?")
    if results["verdict"]:
        st.write(results["verdict"]["sentence"])
    left, right = st.columns(2)
    with left:
        st.table(model_rows(results), hide_index=True)
        st.caption("★ the model in use; lowest log loss first")
    with right:
        st.altair_chart(
            charts.bars(importance_rows(results), "Driver", "Share of the decision, %"),
            alt="The drivers of churn by their share of the decision",
        )
    drivers = [entry["feature"] for entry in results["feature_importance"][:DRIVERS]]
    driver = st.pills(
        "Look into a driver", drivers, format_func=feature_words, key="driver", bind="query-params"
    )
    if driver:
        with st.container(border=True):
            shown_or_said(lambda: show_breakdown(shop, driver, currency))
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
        with st.container(horizontal=True):
            st.download_button(
                "Export risk list",
                lambda: download(f"/predictions/{shop}/file", format="csv", risk_tier="high"),
                f"{shop}_high_risk.csv",
                on_click="ignore",
            )
            if st.button("See them"):
                go_to("customers", tier="high")
    _drivers(results)


def _drivers(results: dict[str, Any]) -> None:
    """What sets those at high risk apart, each with its breakdown, and what has changed in the shop."""
    for driver in results["drivers"]:
        if driver["segment"] == "high_risk":
            with st.expander(driver["sentence"]):
                st.write(driver_breakdown(driver))
    changes = [d["sentence"] for d in results["drivers"] if d["kind"] == "change"]
    if changes:
        with st.expander("What has changed in the shop"):
            st.markdown("\n".join(f"- {sentence}" for sentence in changes))


def _recommended(shop: str, results: dict[str, Any], currency: str, is_old: bool) -> None:
    st.subheader("Recommended action")
    primary = results["recommendations"]["primary"]
    st.write(primary["sentence"])
    if primary["action"] != "none":
        left, right = st.columns(2)
        with left:
            for line in campaign_lines(primary, results["summary"]["as_of"], is_old):
                st.markdown(f"- {line}")
            if primary.get("example_message"):
                _message(primary["example_message"])
        right.table(outcome_rows(primary, currency), hide_index=True)
    with st.container(horizontal=True):
        st.download_button(
            "Download customer list",
            lambda: download(f"/export/{shop}", format="csv", what="targets"),
            f"{shop}_targets.csv",
            on_click="ignore",
        )
        if st.button("Create campaign", **if_may_write(type="primary", icon=":material/campaign:")):
            starred = results["roi_scenarios"]["recommended"]
            go_to("campaigns", **({"scenario": starred} if starred else {}))
        if st.button("Try other numbers"):
            go_to("simulator")
    with st.expander("What pays for each group of customers"):
        for action in results["recommendations"]["actions"]:
            st.markdown(f"- {action['sentence']}")
    st.markdown("**Scenarios** (★ highest expected profit)")
    st.table(scenario_rows(results, currency), hide_index=True)
    with st.expander("By the plain formula, as if everyone contacted would leave (☆ highest ROI)"):
        st.table(plain_rows(results, currency), hide_index=True)


def _message(message: dict[str, Any]) -> None:
    with st.container(border=True):
        st.caption(f"The message as customer {message['customer_id']} would get it")
        st.markdown(f"**{message['subject']}**")
        st.text(message["message"])


def _warnings_and_forecast(results: dict[str, Any], currency: str) -> None:
    st.subheader("Early warnings")
    warnings = results["early_warnings"]
    if warnings["first"]:
        st.caption(warning_counts(warnings["counts"]))
        st.table(warning_rows(warnings["first"][:WARNINGS], currency), hide_index=True)
    else:
        st.write("Nobody who was safe at the last scoring has become a risk since.")
    st.subheader("What to expect")
    months = [
        {
            "Until": str(month["period_end"])[:10],
            "Active customers": round(month["active_customers"]),
            "low": round(month["active_customers_low"]),
            "high": round(month["active_customers_high"]),
        }
        for month in results["forecast"]["months"]
    ]
    if not months:
        st.write("The history is too short for a forecast.")
        return
    st.caption("Active customers, with the 80 % interval; customers yet to come are not counted.")
    st.altair_chart(
        charts.band(months, "Until", "Active customers", "low", "high"),
        alt="Active customers, forecast",
    )
    with st.expander("The forecast in figures"):
        st.table(forecast_rows(results["forecast"], currency), hide_index=True)
