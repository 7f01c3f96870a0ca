"""The page: campaigns with a control group, a new one, and the lists without one.

`?for_audience=`, `?scenario=` and `?customer=` open it with a new campaign for these."""

import streamlit as st

from churn_pipeline.app.asking import get
from churn_pipeline.app.chosen_shop import chosen_shop, overview_of, said_if_old
from churn_pipeline.app.contents.drawn_campaigns import campaign_rows
from churn_pipeline.app.parts import shown_or_said
from churn_pipeline.app.views.campaigns.lists_and_plans import show_lists, show_plans
from churn_pipeline.app.views.campaigns.new_campaign import ASKED_FOR, ask_for_campaign
from churn_pipeline.app.views.campaigns.one_campaign import show_campaign, show_do_not_contact
from churn_pipeline.app.views.campaigns.uplift import show_uplift
from churn_pipeline.app.views.dashboard import results_or_hint

TAB = "part_of_campaigns"
DRAWN, NEW, LISTS = "Campaigns and results", "New campaign", "Lists and scenarios"


def show() -> None:
    """The page."""
    st.title("Campaigns")
    shop = chosen_shop()
    results = None if shop is None else results_or_hint(shop)
    if shop is None or results is None:
        return
    overview = overview_of(shop)
    currency = str(overview["currency"])
    said_if_old(shop, overview)
    st.write(results["recommendations"]["primary"]["sentence"])
    _choose_tab()
    drawn, new, lists = st.tabs([DRAWN, NEW, LISTS], key=TAB, on_change="rerun")
    with drawn:
        shown_or_said(lambda: _campaigns(shop, currency))
        show_uplift(results, currency)
    with new:
        shown_or_said(lambda: ask_for_campaign(shop, results))
    with lists:
        show_lists(shop)
        show_plans(shop, results, currency)


def _choose_tab() -> None:
    """The new campaign is open where another page asked for one, and all of them after one was drawn."""
    if "drawn" in st.session_state:
        st.session_state[TAB] = DRAWN
    elif TAB not in st.session_state and set(ASKED_FOR) & set(st.query_params):
        st.session_state[TAB] = NEW


def _campaigns(shop: str, currency: str) -> None:
    drawn = st.session_state.pop("drawn", None)
    if drawn:
        st.success(f"**{drawn['name']}** is drawn. What was drawn stays; its list is below.")
        st.session_state["campaign"] = drawn["campaign_id"]
    campaigns = get(f"/campaigns/{shop}")
    if not campaigns:
        st.write(
            "No campaign has been drawn yet. Risk says who may leave, not who can be kept: a campaign leaves "
            "some customers alone by lot, and only beside them it shows what it did."
        )
    else:
        st.dataframe(campaign_rows(campaigns, currency), hide_index=True)
        for sentence in get(f"/campaign-program/{shop}")["sentences"]:
            st.caption(sentence)
        names = {one["campaign_id"]: one["name"] for one in campaigns}
        if st.session_state.get("campaign") not in names:
            begun = [one["campaign_id"] for one in campaigns if one["state"] != "to_start"]
            st.session_state["campaign"] = (begun or list(names))[0]
        chosen = st.selectbox("Campaign", list(names), format_func=names.__getitem__, key="campaign")
        show_campaign(shop, chosen, currency)
    show_do_not_contact(shop)
