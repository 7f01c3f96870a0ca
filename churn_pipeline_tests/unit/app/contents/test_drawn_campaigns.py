"""Campaigns with a control group in words."""

from datetime import date

import pytest

from churn_pipeline.app.contents.drawn_campaigns import (
    arm_of,
    campaign_request,
    campaign_rows,
    interval_rows,
    offers_of,
    outcome_rows,
)

OUTCOME = {
    "arm": "discount_15",
    "outcome": "retention",
    "treated": 0.62,
    "control": 0.55,
    "estimate": 0.07,
    "low": 0.02,
    "high": 0.12,
    "always_low": -0.01,
    "always_high": 0.15,
    "verdict": "better",
}
RESULTS = {
    "complete": True,
    "outcomes": [
        OUTCOME,
        OUTCOME | {"outcome": "revenue", "treated": 20.0, "control": 15.0, "estimate": 5.0},
        OUTCOME | {"outcome": "success_rate", "estimate": None},
    ],
}


def test_rows_of_campaigns() -> None:
    one = {"name": "Spring", "starts_at": "2024-03-01T00:00:00", "ends_at": "2024-04-30T00:00:00"}
    one |= {"state": "ended", "treated": 1200, "control": 300, "offers": ["15 % discount"]}
    [row] = campaign_rows([one | {"expected_profit": 1500.0, "verdict": None}], "EUR")
    assert row["Time"] == "2024-03-01 to 2024-04-30, ended" and row["Contacted"] == "1,200"
    assert row["Verdict"] == "not looked at yet"
    assert (
        campaign_rows([one | {"expected_profit": 1.0, "verdict": "better"}], "")[0]["Verdict"] == "✓ better"
    )


@pytest.mark.parametrize(
    ("left_alone", "expected"),
    [
        (("effect", 20.0, ""), {}),
        (("share", 20.0, ""), {"control": 0.2}),
        (("precision", 4.0, ""), {"precision": 0.04}),
        (("none", 20.0, "a recall"), {"no_control_reason": "a recall"}),
    ],
)
def test_what_is_asked_for(left_alone: tuple[str, float, str], expected: dict) -> None:
    request = campaign_request(
        "tea", "Spring", {"best": True}, ["15"], left_alone, (2000.0, None, {}), date(2024, 3, 1)
    )
    base = {"session_id": "tea", "name": "Spring", "best": True, "offers": ["15"]}
    assert request == base | expected | {"budget": 2000.0, "starts_on": "2024-03-01"}


def test_what_limits_an_offer_is_asked_for_by_its_arm() -> None:
    assert [arm_of(offer) for offer in ("20", "manager_call")] == ["discount_20", "manager_call"]
    request = campaign_request("tea", "x", {"best": True}, [], ("effect", 0, ""), (None, 5, {"a": 4}), None)
    assert (request["capacity"], request["offer_capacities"]) == (5, {"a": 4})


def test_outcomes_with_intervals() -> None:
    retention, revenue = outcome_rows(RESULTS, "EUR")
    assert (retention["Difference"], retention["95 % interval"]) == ("7.0 %", "2.0 % to 12.0 %")
    assert (revenue["Outcome"], revenue["Contacted"]) == ("Revenue per customer", "EUR 20.00")
    [point] = interval_rows(RESULTS)
    assert (point["Offer"], point["High"]) == ("15 % discount", 12.0)
    [early] = interval_rows(RESULTS | {"complete": False})
    assert early["Low"] == -1.0


def test_offers_are_discounts_and_recommended_actions() -> None:
    found = offers_of({"recommendations": {"actions": [{"action": "manager_call", "offer": "a call"}]}})
    assert found["15"] == "15 % discount" and found["manager_call"] == "a call"
