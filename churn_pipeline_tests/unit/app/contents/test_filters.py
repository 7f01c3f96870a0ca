"""Filters of customers."""

from churn_pipeline.app.contents.filters import asked_filter, filter_words, given


def test_only_what_is_set_is_asked():
    assert asked_filter("", "", 0.0, "", " ", "2025-01-01T00:00:00") == {}
    assert asked_filter("high", "", 100.0, "over-60", "C0", "2025-03-31T00:00:00") == {
        "risk_tier": ["high"],
        "min_value": 100.0,
        "text": "C0",
        "ordered_to": "2025-01-29",
    }


def test_without_a_scoring_there_is_no_date_to_count_from():
    assert asked_filter("", "lapsed", 0.0, "within-30", "", None) == {"status": ["lapsed"]}


def test_a_filter_is_said_in_words():
    conditions = {"risk_tier": ["high", "medium"], "min_value": 100, "max_probability": 0.5, "text": None}
    said = filter_words(conditions, "EUR")
    assert said == ("risk tier high or medium; worth at least EUR 100; churn probability at most 50 %")
    assert filter_words({"segment": []}, "EUR") == "everyone with an order"
    assert given({"persona": None, "status": []}) == {}
