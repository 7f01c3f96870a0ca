"""The shop that the pages speak of, chosen in the sidebar and kept in the address (`?shop=`)."""

from typing import Any

import streamlit as st

from churn_pipeline.app.asking import get
from churn_pipeline.app.contents.age import old_sentence, today_in
from churn_pipeline.core.wording import speak

NEXT = "shop to choose"


def choose_next(shop: str) -> None:
    """Chooses the shop before the switcher is drawn next: once it is drawn, it takes no value but a
    visitor's."""
    st.session_state[NEXT] = shop


def choose_shop() -> str | None:
    """Shows the switcher and returns the chosen shop's key, in whose locale the page speaks from then on;
    None where there is no shop yet."""
    overviews = {str(o["shop"]): o for o in get("/shops")}
    if not overviews:
        return None
    if NEXT in st.session_state:
        st.session_state["shop"] = st.session_state.pop(NEXT)
    if st.session_state.get("shop") not in overviews:
        st.session_state.pop("shop", None)
    if st.query_params.get("shop", next(iter(overviews))) not in overviews:
        del st.query_params["shop"]
    with st.sidebar:
        shop = st.selectbox("Shop", list(overviews), key="shop", bind="query-params")
        overview = overviews[shop]
        st.caption(str(overview["sentence"]))
    speak(str(overview["locale"]))
    return str(shop)


def chosen_shop() -> str | None:
    """The shop that was chosen, None where there is none."""
    shop = st.session_state.get("shop")
    return str(shop) if shop else None


def overview_of(shop: str) -> dict[str, Any]:
    """The shop's overview: currency, horizon, freshness."""
    answer: dict[str, Any] = get(f"/shops/{shop}")
    return answer


def said_if_old(shop: str, overview: dict[str, Any]) -> bool:
    """Says where the shop's newest order lies too long ago for its results to be acted on, and whether it
    does."""
    sentence = old_sentence(overview, today_in(get(f"/shops/{shop}/settings")["timezone"]))
    if sentence:
        st.warning(sentence, icon=":material/history:")
    return sentence is not None
