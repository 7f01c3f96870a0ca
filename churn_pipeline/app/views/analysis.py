"""Detailed analysis: how well the champion tells who leaves, and what it looks at."""

import pandas as pd
import streamlit as st

from churn_pipeline.app import charts
from churn_pipeline.app.chosen_shop import chosen_shop
from churn_pipeline.app.contents.models import champion_of, importance_rows, performance_sentences
from churn_pipeline.app.contents.summary import SEGMENT_NAMES
from churn_pipeline.app.views.dashboard import results_or_hint

EVERY_DRIVER = 1000


def show() -> None:
    """The page."""
    st.title("Detailed analysis")
    shop = chosen_shop()
    results = None if shop is None else results_or_hint(shop)
    if results is None:
        return
    model = champion_of(results)
    st.subheader("How good is it?")
    for sentence in performance_sentences(model):
        st.markdown(f"- {sentence}")
    left, right = st.columns(2)
    with left:
        st.caption(f"At the test date, flagged from a probability of {model['threshold']:.2f} on")
        st.table(
            {
                "": ["Flagged", "Not flagged"],
                "Left": [model["true_positives"], model["false_negatives"]],
                "Stayed": [model["false_positives"], model["true_negatives"]],
            },
            hide_index=True,
        )
    with right:
        rates = results["training"]["churn_rate_by_cutoff"]
        st.caption("Churn rate by cutoff: the level moves with the season, and with it the probabilities")
        st.line_chart(pd.DataFrame({"Cutoff": list(rates), "Churn rate": list(rates.values())}), x="Cutoff")
    st.subheader("What the decision rests on")
    st.altair_chart(
        charts.bars(importance_rows(results, EVERY_DRIVER), "Driver", "Share of the decision, %"),
        alt="Every driver by its share of the decision",
    )
    st.subheader("Rules that say the same in short")
    for rule in results["decision_rules"]:
        st.markdown(
            f"- {rule['rule']}: true for {100 * rule['precision']:.0f} of 100, holds for "
            f"{rule['count']:,} customers ({100 * rule['coverage']:.0f} %)"
        )
    st.subheader("What the segments have in common")
    for key, name in SEGMENT_NAMES.items():
        traits = results["segments"].get(key, {}).get("traits", [])
        if traits:
            st.markdown(f"**{name}**: " + "; ".join(traits))
