"""Model health: were earlier probabilities right, has the world moved, which version is in use."""

import streamlit as st

from churn_pipeline.app.asking import Refused, get, post
from churn_pipeline.app.chosen_shop import chosen_shop, overview_of
from churn_pipeline.app.contents.health import drift_sentences, grade_rows, version_rows
from churn_pipeline.app.going import go_to
from churn_pipeline.app.parts import shown_or_said


def show() -> None:
    """The page."""
    st.title("Model health")
    shop = chosen_shop()
    if shop is None:
        return
    st.write(overview_of(shop)["sentence"].capitalize() + ".")
    score, train = st.columns(2)
    if score.button("Score again with the model in use"):
        _begin("/score", shop)
    if train.button("Train anew"):
        _begin("/train", shop)
    st.subheader("Were earlier probabilities right?")
    shown_or_said(lambda: st.table(grade_rows(get(f"/grades/{shop}")), hide_index=True))
    st.subheader("Has anything moved?")
    shown_or_said(lambda: [st.markdown(f"- {s}") for s in drift_sentences(get(f"/drift/{shop}"))])
    st.subheader("Versions of the model")
    shown_or_said(lambda: st.table(version_rows(get(f"/models/{shop}")), hide_index=True))


def _begin(path: str, shop: str) -> None:
    try:
        started = post(path, {"session_id": shop})
    except Refused as refused:
        st.error(str(refused))
        return
    go_to("progress", job=started["job_id"])
