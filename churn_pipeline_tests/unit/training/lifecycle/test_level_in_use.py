"""The level in words: what the season does to a usual churn rate, or why it does nothing."""

import pytest

from churn_pipeline.training.lifecycle.level_in_use import level_in_words

SEEN = {"shift": 0.4, "low": 0.1, "high": 0.7, "season_seen": True}


def test_a_season_seen_before():
    told = level_in_words(SEEN, 0.3)
    assert "a usual churn rate of 30 % becomes 39 %" in told and "32 % to 46 %" in told


def test_no_season_seen_or_no_outcome_at_all():
    told = level_in_words({"shift": 0.0, "low": -0.3, "high": 0.3, "season_seen": False}, 0.3)
    assert "no season is in the probabilities" in told and "24 % to 37 %" in told
    assert "No outcome is known yet" in level_in_words(None, 0.3)


@pytest.mark.parametrize("shift", [-0.2, 0.0])
def test_the_sentence_follows_the_sign(shift):
    told = level_in_words({**SEEN, "shift": shift}, 0.5)
    assert f"becomes {'45' if shift else '50'} %" in told
