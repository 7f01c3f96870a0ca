"""The first visit: there is no shop yet, so every page says what the product does and how to begin."""

import streamlit as st

from churn_pipeline.app.asking import Refused, post
from churn_pipeline.app.going import go_to
from churn_pipeline.app.rights import if_may_write

DEMO = "demo"


def show() -> None:
    """The page."""
    st.title("Welcome")
    st.write(
        "From a file of your shop's purchases you learn here which customers are about to leave, why, what "
        "that costs, and whom to write to. There is no shop yet; there are two ways to begin."
    )
    own, demo = st.columns(2)
    with own.container(border=True):
        st.markdown("**With your own purchases**")
        st.write("A CSV or Excel file with a row for each purchase: customer, date, amount.")
        if st.button("Upload a file", **if_may_write(type="primary")):
            go_to("new-data")
    with demo.container(border=True):
        offer_demo()


def offer_demo() -> None:
    """A generated shop to look around with, for those who have no file at hand."""
    st.markdown("**With a demo shop**")
    st.write("A made-up coffee shop with 36,154 purchases; its models are trained in a few minutes.")
    if not st.button("Try it with a demo shop", **if_may_write()):
        return
    try:
        with st.spinner("Making the demo shop ..."):
            upload = post(f"/upload/{DEMO}/demo", {})
            mapping = {field: s["column"] for field, s in upload["suggested_mapping"].items()}
            request = {"upload_id": upload["upload_id"], "session_id": DEMO, "currency": "EUR"}
            post("/configure", request | {"column_mapping": mapping})
            started = post("/train", {"session_id": DEMO})
    except Refused as refused:
        st.error(str(refused))
        return
    go_to("progress", job=started["job_id"])
