"""The slider of the churn threshold, with what the chosen one means, before anything is trained."""

from typing import Any

import streamlit as st

from churn_pipeline.app.asking import get
from churn_pipeline.app.contents.horizons import CAME_BACK_MEANS, choosable, definition_rows, preview_sentence


def choose_horizon(shop: str, definition: dict[str, Any], key: str) -> tuple[int, bool]:
    """The days that are chosen, and whether the history carries them."""
    st.write(definition["reason"])
    shortest, longest, why = choosable(definition)
    start = min(max(definition["horizon"], shortest), longest)
    days = int(st.slider("Days without an order", shortest, longest, start, key=key))
    if why:
        st.caption(why)
    row = next((row for row in definition["preview"] if row["horizon"] == days), None) or get(
        f"/shops/{shop}/definition", churn_threshold_days=days
    )
    (st.error if row["refusal"] else st.info)(preview_sentence(row))
    st.table(definition_rows(definition, days), hide_index=True)
    st.caption(CAME_BACK_MEANS)
    return days, not row["refusal"]
