"""Choices that stand in the page's address."""

import pytest
from streamlit.testing.v1 import AppTest

from churn_pipeline.app.address import chosen_by, number_in

TIERS = {"": "All", "high": "High"}


def page() -> None:
    import streamlit as st

    from churn_pipeline.app import address

    chosen = address.choose(st, "Risk", {"": "All", "high": "High"}, "tier")
    text = address.write(st, "Search", "text")
    least = address.count(st, "Value above", "value")
    st.write(f"{chosen}|{text}|{least}")


def opened(**parameters: str) -> AppTest:
    shown = AppTest.from_function(page, default_timeout=60).run()
    for name, value in parameters.items():
        shown.query_params[name] = value
    shown.run()
    assert not shown.exception
    return shown


@pytest.mark.parametrize("raw", ["high", "High", "HIGH"])
def test_a_value_or_its_words_are_chosen(raw: str):
    assert chosen_by(raw, TIERS) == "high"


def test_what_is_no_value_is_none():
    assert chosen_by("huge", TIERS) is None
    assert [number_in(raw) for raw in ("12.5", "-1", "nan", "inf", "x")] == [12.5, None, None, None, None]


def test_the_address_sets_what_is_chosen():
    shown = opened(tier="high", text="C0", value="100")
    assert shown.markdown[0].value == "high|C0|100.0"
    assert not shown.warning


def test_a_choice_is_written_into_the_address_and_the_usual_one_out_of_it():
    shown = opened()
    shown.selectbox(key="tier").select("high").run()
    shown.number_input(key="value").set_value(20.0).run()
    assert shown.query_params["tier"] == "high"
    assert shown.query_params["value"] == "20"
    assert shown.markdown[0].value == "high||20.0"
    shown.selectbox(key="tier").select("").run()
    assert "tier" not in shown.query_params


def test_what_cannot_be_chosen_is_taken_out_of_the_address_and_said():
    shown = opened(tier="huge")
    assert shown.markdown[0].value == "||0.0"
    assert "“huge”, which cannot be chosen" in shown.warning[0].value
    assert "tier" not in shown.query_params
