"""Another churn threshold, tried on the shop's orders before it is trained with."""

import uuid
from typing import Any

import streamlit as st

from churn_pipeline.app.asking import get, post
from churn_pipeline.app.going import go_to
from churn_pipeline.app.rights import if_may_write
from churn_pipeline.app.views.horizon import choose_horizon


def choose_definition(shop: str, settings: dict[str, Any]) -> None:
    """The definitions beside each other, what another threshold would mean, and a training with it."""
    definition = get(f"/shops/{shop}/definition")
    days, carried = choose_horizon(shop, definition, f"other threshold {shop}")
    orders = st.number_input("Orders that a customer needs to be judged", 1, 100, settings["min_orders"])
    unchanged = days == definition["horizon"] and orders == settings["min_orders"]
    st.caption("Probabilities are of exactly this definition, so another one needs a training.")
    if st.button("Train with this definition", **if_may_write(not carried or unchanged)):
        post("/configure", {"session_id": shop, "churn_threshold_days": days, "min_orders": int(orders)})
        started = post("/train", {"session_id": shop}, **{"Idempotency-Key": str(uuid.uuid4())})
        go_to("progress", job=started["job_id"])
