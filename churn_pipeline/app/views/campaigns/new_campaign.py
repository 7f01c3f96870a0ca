"""A new campaign: for whom, with which offers, how many are left alone; the plan in words, then the lot."""

import uuid
from typing import Any

import streamlit as st

from churn_pipeline.app.asking import Refused, get, post
from churn_pipeline.app.contents.drawn_campaigns import (
    LEFT_ALONE,
    arm_of,
    campaign_request,
    offers_of,
    scenario_names,
)
from churn_pipeline.app.contents.simulation import plan_names
from churn_pipeline.app.rights import READS_ONLY, may_write

DRAW = "Draw the lot and keep it"
LISTS = {"best": "The list with the greatest expected profit"}
ASKED_FOR = {"customer": "customer", "for_audience": "audience", "scenario": "scenario"}
"""Parameter of the page's address -> whom a new campaign is for."""


def ask_for_campaign(shop: str, results: dict[str, Any]) -> None:
    """The form, the plan of what it says, and the button that draws."""
    if not may_write():
        st.info(READS_ONLY)
        return
    audience = _audience(shop, scenario_names(results))
    how = st.selectbox(
        "How many to leave alone, by lot", list(LEFT_ALONE), format_func=LEFT_ALONE.__getitem__
    )
    choices = offers_of(results)
    offers = st.multiselect(
        "Offers",
        list(choices),
        format_func=lambda key: choices.get(key, key),
        help="Several: the best one for each customer, and for a part of the list one by lot, to learn "
        "which works. None: the discount that is expected to earn most.",
    )
    with st.form("new_campaign"):
        name = st.text_input("Name", max_chars=60, placeholder="Spring")
        alone = _left_alone(how)
        first, second, third = st.columns(3)
        budget = first.number_input("Budget, expected cost", 0.0, value=None, placeholder="no limit")
        capacity = second.number_input("Most customers to contact", 1, value=None, placeholder="no limit")
        starts_on = third.date_input("First day", value=None, help="Empty: as of the scores.")
        by_offer = {
            arm_of(offer): st.number_input(
                f"Most customers with: {choices[offer]}", 1, value=None, placeholder="no limit", key=offer
            )
            for offer in offers
        }
        if st.form_submit_button("Show the plan"):
            limits = (budget, capacity, {arm: most for arm, most in by_offer.items() if most})
            _plan(campaign_request(shop, name.strip(), audience, offers, alone, limits, starts_on))
    _draw(shop)


def _left_alone(how: str) -> tuple[str, float, str]:
    """What has to be said beside the way that was chosen."""
    if how == "share":
        return how, float(st.number_input("Share left alone, %", 1.0, 90.0, 20.0, 1.0)), ""
    if how == "precision":
        return how, float(st.number_input("Difference to be seen, points", 0.5, 50.0, 4.0, 0.5)), ""
    if how == "none":
        return how, 0.0, st.text_input("Why nobody is left alone", max_chars=300).strip()
    return how, 0.0, ""


def _audience(shop: str, of_the_run: dict[str, str]) -> dict[str, Any]:
    """Whom it is for, as the API takes it; what another page asked for is chosen already."""
    asked = st.query_params
    audiences = {
        a["audience_id"]: f"Audience {a['name']} ({a['customers']:,})" for a in get(f"/audiences/{shop}")
    }
    plans = plan_names(get(f"/scenarios/{shop}", named=True, limit=100))
    kept = {key: f"Plan {name}" for key, name in plans.items()}
    customer = asked.get("customer")
    choices = {("best", ""): LISTS["best"]}
    choices |= {("audience", key): words for key, words in audiences.items()}
    choices |= {("scenario", key): words for key, words in (of_the_run | kept).items()}
    if customer:
        choices[("customer", customer)] = f"Customer {customer}"
    wanted = [(kind, asked[name]) for name, kind in ASKED_FOR.items() if asked.get(name)]
    first = next((list(choices).index(one) for one in wanted if one in choices), 0)
    kind, key = st.selectbox("For whom", list(choices), first, format_func=choices.__getitem__)
    if kind == "audience":
        st.caption("Everyone in it, whether it pays or not.")
    requests: dict[str, dict[str, Any]] = {
        "best": {"best": True},
        "audience": {"audience": key},
        "scenario": {"scenario": key},
        "customer": {"customer_ids": [key]},
    }
    return requests[kind]


def _plan(request: dict[str, Any]) -> None:
    st.session_state.pop("planned", None)
    if not request["name"]:
        st.error("Give the campaign a name.")
        return
    try:
        plan = post("/campaign-preview", request)
    except Refused as refused:
        st.error(str(refused))
        return
    st.session_state["planned"] = {"request": request, "plan": plan, "key": uuid.uuid4().hex}


def _draw(shop: str) -> None:
    planned = st.session_state.get("planned")
    if not planned or planned["request"]["session_id"] != shop:
        return
    plan = planned["plan"]
    st.subheader(f"The plan of {plan['name']}")
    st.markdown("\n".join(f"- {sentence}" for sentence in plan["sentences"]))
    st.caption(f"Orders from {plan['starts_at'][:10]} to {plan['ends_at'][:10]} will count.")
    if st.button(DRAW, type="primary"):
        try:
            drawn = post("/campaigns", planned["request"], **{"Idempotency-Key": planned["key"]})
        except Refused as refused:
            st.error(str(refused))
            return
        del st.session_state["planned"]
        st.session_state["drawn"] = drawn
        for name in ASKED_FOR:
            st.query_params.pop(name, None)
        st.rerun()
