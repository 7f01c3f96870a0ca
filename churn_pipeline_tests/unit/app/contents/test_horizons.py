"""Churn definitions beside each other."""

from churn_pipeline.app.contents.horizons import (
    HORIZONS_NEEDED,
    choosable,
    definition_rows,
    preview_sentence,
)
from churn_pipeline.churn_definition import suggestion


def row(horizon, refusal=None):
    known = refusal is None
    return {
        "horizon": horizon,
        "churn_rate": 0.187 if known else None,
        "come_back_share": 0.1 if known else None,
        "eligible": 1200 if known else 0,
        "refusal": refusal,
    }


def test_the_usual_the_suggested_and_the_chosen_horizon_stand_beside_each_other():
    definition = {"suggested": 75, "preview": [row(h) for h in (30, 45, 60, 75, 90, 120)]}
    rows = definition_rows(definition, chosen=120)
    assert [r["Days without an order"] for r in rows] == ["45", "60", "75 (suggested)", "90", "120"]


def test_a_horizon_that_the_history_does_not_carry_says_why():
    assert preview_sentence(row(180, "The history is 200 days long.")) == "The history is 200 days long."
    assert "18.7 %" in preview_sentence(row(60))


def test_what_the_history_is_too_short_for_is_not_offered():
    short = "The orders cover 366 days."
    definition = {"longest_horizon": 122, "preview": [row(60), row(120), row(180, short)]}
    assert choosable(definition) == (30, 122, short)
    assert choosable({"longest_horizon": 300, "preview": [row(60), row(180)]}) == (30, 180, "")


def test_the_reason_has_a_column_only_where_a_horizon_is_refused():
    definition = {"suggested": 60, "preview": [row(60), row(90, "Too long.")]}
    assert [r["Why not"] for r in definition_rows(definition, chosen=60)] == ["", "Too long."]
    assert "Why not" not in definition_rows({"suggested": 60, "preview": [row(60)]}, chosen=60)[0]


def test_the_app_and_the_suggestion_ask_for_the_same_history():
    assert HORIZONS_NEEDED == suggestion.HORIZONS_NEEDED
