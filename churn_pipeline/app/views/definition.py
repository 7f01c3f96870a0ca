"""Another churn threshold, tried on the shop's orders before it is trained with."""

import uuid
from typing import Any

import streamlit as st

from churn_pipeline.app.asking import get, post
from churn_pipeline.app.contents.horizons import LONGEST, SHORTEST, definition_rows, preview_sentence
from churn_pipeline.app.going import go_to


def choose_definition(shop: str, settings: dict[str, Any]) -> None:
    """The definitions beside each other, what another threshold would mean, and a training with it."""
    definition = get(f"/shops/{shop}/definition")
    st.write(definition["reason"])
    start = min(max(definition["horizon"], SHORTEST), LONGEST)
    days = st.slider("Days without an order", SHORTEST, LONGEST, start, key="other threshold")
    row = get(f"/shops/{shop}/definition", churn_threshold_days=days)
    (st.error if row["refusal"] else st.info)(preview_sentence(row))
    st.table(definition_rows(definition, days), hide_index=True)
    orders = st.number_input("Orders that a customer needs to be judged", 1, 100, settings["min_orders"])
    unchanged = days == definition["horizon"] and orders == settings["min_orders"]
    st.caption("Probabilities are of exactly this definition, so another one needs a training.")
    if st.button("Train with this definition", disabled=bool(row["refusal"]) or unchanged):
        post("/configure", {"session_id": shop, "churn_threshold_days": days, "min_orders": int(orders)})
        started = post("/train", {"session_id": shop}, **{"Idempotency-Key": str(uuid.uuid4())})
        go_to("progress", job=started["job_id"])
