"""Model health: were earlier probabilities right, has the world moved, which version is in use."""

from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from churn_pipeline.app import charts
from churn_pipeline.app.asking import Refused, get, post
from churn_pipeline.app.chosen_shop import chosen_shop, overview_of
from churn_pipeline.app.contents.health import (
    calibration_sentence,
    drift_rows,
    drift_sentences,
    grade_rows,
    history_lines,
    other_versions,
    rate_rows,
    version_rows,
)
from churn_pipeline.app.going import go_to
from churn_pipeline.app.parts import shown_or_said
from churn_pipeline.app.rights import if_may_write
from churn_pipeline.core.settings import Settings


def show() -> None:
    """The page."""
    st.title("Model health")
    shop = chosen_shop()
    if shop is None:
        return
    sentence = str(overview_of(shop)["sentence"])
    st.write(f"{sentence[0].upper()}{sentence[1:]}.")
    with st.container(horizontal=True):
        if st.button("Score again with the model in use", **if_may_write()):
            _begin("/score", shop)
        if st.button("Train anew", **if_may_write()):
            _begin("/train", shop)
        if st.button("Grade earlier scores", **if_may_write()):
            _begin("/grade", shop)
    st.subheader("Were earlier probabilities right?")
    shown_or_said(lambda: _grades(get(f"/grades/{shop}")))
    shown_or_said(lambda: _calibration(get(f"/calibration/{shop}")))
    st.subheader("Has anything moved?")
    shown_or_said(lambda: _drift(get(f"/drift/{shop}")))
    st.subheader("Versions of the model")
    shown_or_said(lambda: _versions(shop, get(f"/models/{shop}")))


def _grades(grades: list[dict[str, Any]]) -> None:
    if not grades:
        st.info("Nothing has been scored yet; after the first scoring it stands here until it can be graded.")
        return
    st.table(grade_rows(grades), hide_index=True)
    st.caption("A scoring is graded once its outcome is known, a horizon after its date, from newer files.")


def _calibration(calibration: dict[str, Any]) -> None:
    st.write(calibration_sentence(calibration))
    groups = [
        {
            "Expected to leave": g["expected"],
            "Left": g["observed"],
            "Customers": g["customers"],
        }
        for g in calibration["groups"]
    ]
    st.altair_chart(
        charts.calibration(groups, "Expected to leave", "Left"),
        alt="Share of customers that left, against the share that was expected to",
    )


def _drift(drift: dict[str, Any]) -> None:
    for sentence in drift_sentences(drift):
        st.markdown(f"- {sentence}")
    rates = pd.DataFrame(rate_rows(drift))
    if len(rates):
        chart = (
            alt.Chart(rates)
            .mark_line(point=True)
            .encode(
                x=alt.X("Cutoff", title=None),
                y=alt.Y("Churn rate, %", scale=alt.Scale(zero=False)),
                color=alt.Color(
                    "Of",
                    scale=alt.Scale(range=[charts.VERMILION, charts.BLUE]),
                    legend=alt.Legend(title=None, orient="top"),
                ),
                tooltip=["Cutoff", "Of", "Churn rate, %"],
            )
        )
        st.altair_chart(chart, alt="The churn rate at each cutoff, and the usual one until then")
    with st.expander("The features that moved most"):
        st.table(drift_rows(drift), hide_index=True)


def _versions(shop: str, models: dict[str, Any]) -> None:
    if not models["versions"]:
        st.info("There is no model yet; the first training registers one.")
        return
    st.table(version_rows(models), hide_index=True)
    others = other_versions(models)
    if others:
        with st.form("other version"):
            version = st.selectbox("Take another version into use", others)
            reason = st.text_input("Why", max_chars=500, help="stands in the history")
            if st.form_submit_button("Take it into use", **if_may_write()):
                _promote(shop, str(version), reason.strip())
    with st.expander("Who replaced whom, and why"):
        for line in history_lines(models):
            st.markdown(f"- {line}")
    _links(shop, models)


def _promote(shop: str, version: str, reason: str) -> None:
    if not reason:
        st.warning("Say why: the next person will want to know.")
        return
    try:
        post(f"/models/{shop}/promote", {"version": version, "reason": reason})
    except Refused as refused:
        st.error(str(refused))
        return
    st.success(f"Version {version} is in use from the next scoring on; **Score again** takes it now.")


def _links(shop: str, models: dict[str, Any]) -> None:
    """To the tools of engineers and data scientists; without them running there is nothing to link to."""
    settings = Settings()
    if not settings.api_url:
        return
    version = f"{settings.mlflow_url}/#/models/churn_{shop}/versions/{models['champion']}"
    with st.container(horizontal=True):
        st.link_button("This model in MLflow", version, icon=":material/open_in_new:")
        st.link_button("The pipeline in Dagster", settings.dashboard_url, icon=":material/open_in_new:")
    st.caption("Both answer on the machine that runs the product.")


def _begin(path: str, shop: str) -> None:
    try:
        started = post(path, {"session_id": shop})
    except Refused as refused:
        st.error(str(refused))
        return
    go_to("progress", job=started["job_id"])
