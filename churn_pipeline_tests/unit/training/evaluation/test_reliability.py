"""Groups of like probabilities, counted by hand."""

import numpy as np
import pytest

from churn_pipeline.training.evaluation.reliability import reliability


def test_groups_are_of_equal_size_in_the_order_of_probability():
    found = reliability(np.array([0.9, 0.1, 0.2, 0.8]), np.array([1, 0, 1, 1], dtype=np.int8))
    assert [(g.customers, g.expected, g.observed) for g in found] == [
        (1, 0.1, 0.0),
        (1, 0.2, 1.0),
        (1, 0.8, 1.0),
        (1, 0.9, 1.0),
    ]
    many = reliability(np.linspace(0, 1, 1005), np.zeros(1005, np.int8))
    assert [g.customers for g in many] == [101] * 5 + [100] * 5


def test_the_interval_is_wilsons():
    churned = np.array([1] * 20 + [0] * 80, dtype=np.int8)
    first = reliability(np.full(1000, 0.2), np.tile(churned, 10))[0]
    # Agresti & Coull 1998: centre (20 + 1.92) / 103.84, half width 1.96 sqrt(.2 .8 100 + .96) / 103.84
    assert first.observed == pytest.approx(0.2)
    assert (first.low, first.high) == pytest.approx((0.1334, 0.2888), abs=2e-4)
