"""Churn definitions beside each other."""

from churn_pipeline.app.contents.horizons import definition_rows, preview_sentence


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
