"""One feature in full: the customers by its value, what it adds for each, and how the probability moves."""

import streamlit as st

from churn_pipeline.app import charts
from churn_pipeline.app.asking import get
from churn_pipeline.app.contents.analysis import (
    CONTRIBUTION,
    PROBABILITY,
    curve_points,
    dependence_points,
    direction_sentence,
    group_rows,
    with_unit,
)


def show_breakdown(shop: str, feature: str, currency: str) -> None:
    """Shows how the feature moves the probability."""
    dependence = get(f"/dependence/{shop}/{feature}")
    name = with_unit(dependence)
    st.write(direction_sentence(dependence))
    st.table(group_rows(dependence, currency), hide_index=True)
    left, right = st.columns(2)
    with left:
        st.caption("Dependence: what the value adds, a dot a customer; above 0 it raises the risk")
        st.altair_chart(
            charts.points(dependence_points(dependence), name, CONTRIBUTION),
            alt=f"What {dependence['label']} adds for single customers",
        )
    with right:
        st.caption("Partial dependence: the mean probability if everyone had that value")
        st.altair_chart(
            charts.curve(curve_points(dependence), name, PROBABILITY),
            alt=f"Mean churn probability over {dependence['label']}",
        )
