"""Detailed analysis: how well the champion tells who leaves, and what it looks at."""

from typing import Any

import streamlit as st

from churn_pipeline.app import charts
from churn_pipeline.app.asking import get
from churn_pipeline.app.chosen_shop import chosen_shop, overview_of
from churn_pipeline.app.contents.analysis import calibration_rows, profile_rows, rate_rows, summary_points
from churn_pipeline.app.contents.models import (
    champion_of,
    confusion_rows,
    feature_words,
    importance_rows,
    performance_sentences,
)
from churn_pipeline.app.contents.summary import SEGMENT_NAMES
from churn_pipeline.app.parts import shown_or_said
from churn_pipeline.app.views.dashboard import results_or_hint
from churn_pipeline.app.views.feature_breakdown import show_breakdown
from churn_pipeline.core.wording import percent

MOST_DRIVERS = 15


def show() -> None:
    """The page."""
    st.title("Detailed analysis")
    shop = chosen_shop()
    results = None if shop is None else results_or_hint(shop)
    if shop is None or results is None:
        return
    currency = str(overview_of(shop)["currency"])
    _performance(results)
    shown_or_said(lambda: _calibration(shop))
    st.subheader("What the decision rests on")
    st.altair_chart(
        charts.bars(importance_rows(results, MOST_DRIVERS), "Driver", "Share of the decision, %"),
        alt="The strongest drivers by their share of the decision",
    )
    shown_or_said(lambda: _summary(shop))
    st.subheader("How one feature moves the probability")
    names = [entry["feature"] for entry in results["feature_importance"]]
    feature = st.selectbox("Feature", names, format_func=feature_words, key="feature", bind="query-params")
    shown_or_said(lambda: show_breakdown(shop, feature, currency))
    _rules(results)
    _segments(results, currency)


def _performance(results: dict[str, Any]) -> None:
    model = champion_of(results)
    st.subheader("How good is it?")
    for sentence in performance_sentences(model):
        st.markdown(f"- {sentence}")
    left, right = st.columns(2)
    with left:
        st.caption(f"At the test date, flagged from a probability of {percent(model['threshold'])} on")
        st.table(confusion_rows(model), hide_index=True)
    with right:
        st.caption("Churn rate by cutoff: the level moves with the season, and with it the probabilities")
        st.altair_chart(
            charts.line(rate_rows(results), "Cutoff", "Churn rate, %"), alt="Churn rate at each cutoff"
        )


def _calibration(shop: str) -> None:
    st.subheader("Do the probabilities hold?")
    answer = get(f"/calibration/{shop}")
    st.write(
        f"At the test date {percent(answer['expected'], 1)} were expected to leave and "
        f"{percent(answer['observed'], 1)} did. Each dot is a group of customers with like probabilities; on "
        "the dashed line what happened is what was expected. No model had seen these outcomes."
    )
    st.altair_chart(
        charts.calibration_with_intervals(calibration_rows(answer)),
        alt="What happened against what was expected, in groups of customers",
    )


def _summary(shop: str) -> None:
    summary = get(f"/shap-summary/{shop}")
    st.caption(
        f"SHAP summary: {summary['customers']} customers, a dot each. To the right the feature raises the "
        "risk; orange is a high value of the feature, blue a low one."
    )
    st.altair_chart(charts.summary(summary_points(summary)), alt="What features add for single customers")


def _rules(results: dict[str, Any]) -> None:
    st.subheader("Rules that say the same in short")
    st.table(
        [
            {
                "Rule": rule["rule"],
                "True for": percent(rule["precision"]),
                "Customers": f"{rule['count']:,} ({percent(rule['coverage'])})",
            }
            for rule in results["decision_rules"]
        ],
        hide_index=True,
    )


def _segments(results: dict[str, Any], currency: str) -> None:
    st.subheader("What the segments have in common")
    st.table(profile_rows(results, currency), hide_index=True)
    for key, name in SEGMENT_NAMES.items():
        traits = results["segments"].get(key, {}).get("traits", [])
        if traits:
            st.markdown(f"**{name}**: " + "; ".join(traits))
