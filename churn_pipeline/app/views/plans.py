"""Plans: simulated campaigns that were given a name; compared, deleted, turned into a campaign."""

from typing import Any

import streamlit as st

from churn_pipeline.app.asking import Refused, delete, get, post
from churn_pipeline.app.contents.simulation import free_name, plan_names, side_by_side
from churn_pipeline.app.going import go_to
from churn_pipeline.app.rights import if_may_write

MOST_COMPARED = 20


def keep_plan(shop: str, inputs: dict[str, Any]) -> None:
    """Shows where the present campaign gets a name, and keeps it."""
    with st.form("keep", clear_on_submit=True):
        name = st.text_input("Name of this plan", max_chars=100)
        if st.form_submit_button("Save plan", **if_may_write()) and name.strip():
            try:
                kept = get(f"/scenarios/{shop}", named=True, limit=100)
                called = free_name(name.strip(), [str(plan["name"]) for plan in kept])
                post("/simulate", {"session_id": shop, "scenario": inputs, "name": called})
            except Refused as refused:
                st.error(str(refused))
            else:
                st.success(f"Saved as {called}.")


def saved_plans(shop: str, currency: str) -> None:
    """Shows the kept plans beside each other; ★ has the highest expected profit."""
    st.subheader("Saved plans")
    named = {str(s["scenario_id"]): s for s in get(f"/scenarios/{shop}", named=True, limit=100)}
    if not named:
        st.write("No plan has been saved yet: move the sliders, then give the plan a name.")
        return
    names = plan_names(list(named.values()))
    chosen = st.multiselect(
        "Compare",
        list(names),
        default=list(names)[:3],
        format_func=names.__getitem__,
        max_selections=MOST_COMPARED,
    )
    plans, best = [named[key] for key in chosen], ""
    if len(chosen) > 1:
        found = get(f"/scenarios/{shop}/compare", scenario_id=chosen)
        plans, best = found["scenarios"], found["best"]
    if plans:
        st.table(side_by_side(plans, best, currency), hide_index=True)
        if not all(plan["up_to_date"] for plan in plans):
            st.caption("* Of earlier scores: save the plan again to see it with the present ones.")
    _one(shop, names)


def _one(shop: str, names: dict[str, str]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        plan = st.selectbox("Plan", list(names), format_func=names.__getitem__)
        if st.button("Make a campaign of it", **if_may_write(icon=":material/campaign:")):
            go_to("campaigns", scenario=plan)
        if st.button("Delete this plan", **if_may_write()):
            delete(f"/scenarios/{shop}/{plan}")
            st.rerun()
