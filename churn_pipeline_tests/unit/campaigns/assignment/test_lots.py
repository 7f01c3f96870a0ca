"""Lots: the same for ever, evenly spread, independent between purposes."""

import numpy as np

from churn_pipeline.campaigns.assignment.lots import held_out, lots

CUSTOMERS = [f"C{k}" for k in range(20_000)]
RECORDED = [0.797406889772, 0.992059487857]


def test_a_lot_depends_on_purpose_and_customer_alone() -> None:
    drawn = lots("shop|spring|42", CUSTOMERS)
    assert lots("shop|spring|42", CUSTOMERS[::-1])[::-1].tolist() == drawn.tolist()
    # recorded once: another version or machine must give the same
    assert lots("shop|spring|42", ["C1", "ä"]).round(12).tolist() == RECORDED


def test_lots_are_even_and_independent() -> None:
    spring, summer = lots("spring", CUSTOMERS), lots("summer", CUSTOMERS)
    counts = np.histogram(spring, bins=20, range=(0, 1))[0]
    assert ((counts - 1000) ** 2 / 1000).sum() < 36.2  # chi-square with 19 degrees of freedom, 1 %
    assert abs(np.corrcoef(spring, summer)[0, 1]) < 4 / np.sqrt(len(CUSTOMERS))


def test_a_larger_holdout_keeps_the_smaller_one() -> None:
    small, large = held_out("shop", CUSTOMERS, 0.02), held_out("shop", CUSTOMERS, 0.05)
    assert (large | ~small).all() and 300 < small.sum() < 500
    assert not held_out("shop", CUSTOMERS, 0.0).any()
