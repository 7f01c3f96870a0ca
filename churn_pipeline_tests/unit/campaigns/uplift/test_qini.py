"""The Qini curve and its coefficient, worked out by hand."""

import numpy as np
import pytest

from churn_pipeline.campaigns.uplift.qini import gains, qini, qini_curve, qini_interval

# four customers, half of them contacted by lot, in the order of the ranking
RANKING = np.array([4.0, 3.0, 2.0, 1.0])
TREATED = np.array([True, False, True, False])
ORDERED = np.array([1.0, 0.0, 1.0, 1.0])
HALF = np.full(4, 0.5)


def test_a_table_worked_out_by_hand():
    """Gains 2, 0, 2, -2; summed and divided by four: .5, .5, 1, .5 after each quarter.

    Area .125 x (0 + .5) + .125 x (.5 + .5) + .125 x (.5 + 1) + .125 x (1 + .5) = .5625, of the line .25."""
    gain = gains(ORDERED, np.zeros(4), TREATED, HALF)
    assert gain.tolist() == [2.0, 0.0, 2.0, -2.0]
    share, gained = qini_curve(RANKING, gain)
    assert share.tolist() == [0, 0.25, 0.5, 0.75, 1.0]
    assert gained.tolist() == [0, 0.5, 0.5, 1.0, 0.5]
    assert qini(RANKING, gain) == pytest.approx(0.5625 - 0.25)
    assert qini(-RANKING, gain) == pytest.approx(-0.3125)


def test_customers_of_equal_rank_share_their_gain():
    gain = gains(ORDERED, np.zeros(4), TREATED, HALF)
    assert qini(np.zeros(4), gain) == 0
    share, gained = qini_curve(np.array([2.0, 2.0, 1.0, 1.0]), gain)
    assert share.tolist() == [0, 0.5, 1.0] and gained.tolist() == [0, 0.5, 0.5]
    assert qini(np.array([2.0, 2.0, 1.0, 1.0]), gain) == pytest.approx(0.125 * 1 + 0.25 * 1 - 0.25)


def test_a_weight_counts_as_so_many_rows():
    gain = gains(ORDERED, np.zeros(4), TREATED, HALF)
    often = np.array([0, 1, 1, 3])
    rows = np.repeat(np.arange(4), often)
    assert qini(RANKING, gain, often.astype(float)) == pytest.approx(qini(RANKING[rows], gain[rows]))


def test_unequal_chances_and_what_was_expected_leave_the_gain_right_on_average():
    rng = np.random.default_rng(1)
    chance = rng.choice([0.2, 0.8], 200_000)
    treated = rng.random(len(chance)) < chance
    risk = 0.5 + 0.4 * (chance - 0.5)  # who is contacted more often orders more often anyway
    ordered = (rng.random(len(chance)) < risk + 0.1 * treated).astype(float)
    plain, surprise = (gains(ordered, known, treated, chance) for known in (np.zeros(len(chance)), risk))
    assert plain.mean() == pytest.approx(0.1, abs=0.02) and surprise.mean() == pytest.approx(0.1, abs=0.01)
    assert surprise.std() < 0.8 * plain.std()
    assert ordered[treated].mean() - ordered[~treated].mean() > 0.2  # without the weights


def test_the_interval_draws_whole_customers():
    rng = np.random.default_rng(2)
    gain, ranking = rng.normal(0, 1, 400), rng.normal(0, 1, 400)
    alone = qini_interval(ranking, gain, np.arange(400), seed=3)
    twice = np.concatenate([ranking, ranking]), np.concatenate([gain, gain])
    paired = qini_interval(*twice, np.tile(np.arange(400), 2), seed=3)
    assert (paired.low, paired.value, paired.high) == pytest.approx((alone.low, alone.value, alone.high))
    assert alone.low < alone.value < alone.high
    against_itself = qini_interval(ranking, gain, np.arange(400), seed=3, other=ranking)
    assert (against_itself.low, against_itself.high) == (0, 0)
