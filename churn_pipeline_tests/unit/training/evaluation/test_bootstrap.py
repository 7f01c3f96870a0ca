"""Intervals by resampling: customers are drawn, also where one has several rows."""

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.training.evaluation.metrics import bootstrap_interval, bootstrap_intervals
from churn_pipeline.training.evaluation.verdict import difference_to


def test_rows_of_one_customer_are_drawn_together() -> None:
    rng = np.random.default_rng(1)
    value, customers = rng.normal(size=400), pd.Series([f"C{i}" for i in range(400)])
    plain = bootstrap_interval(lambda rows: float(value[rows].mean()), 400, 7)
    same = bootstrap_interval(lambda rows: float(value[rows].mean()), 400, 7, customers=customers)
    assert same == plain
    four, owners = np.repeat(value, 4), customers.repeat(4).reset_index(drop=True)
    as_rows = bootstrap_interval(lambda rows: float(four[rows].mean()), 1600, 7)
    as_customers = bootstrap_interval(lambda rows: float(four[rows].mean()), 1600, 7, customers=owners)
    width = plain[1] - plain[0]
    assert as_customers[1] - as_customers[0] == pytest.approx(width, rel=0.15)
    assert as_rows[1] - as_rows[0] == pytest.approx(width / 2, rel=0.15)


def test_a_verdict_draws_customers_too() -> None:
    rng = np.random.default_rng(2)
    p = rng.uniform(0.1, 0.9, 300)
    y = (rng.random(300) < p).astype(np.int8)
    guess = np.full(300, y.mean())
    once = difference_to(y, p, guess, 3)
    owners = pd.Series(np.repeat(np.arange(300), 3).astype(str))
    thrice = difference_to(*(np.repeat(part, 3) for part in (y, p, guess)), 3, owners)
    assert thrice["log_loss"] == pytest.approx(once["log_loss"])
    low, high = once["log_loss_interval"]
    assert thrice["log_loss_interval"][1] - thrice["log_loss_interval"][0] == pytest.approx(
        high - low, rel=0.15
    )


def test_measures_together_have_the_intervals_that_each_has_alone() -> None:
    value = np.random.default_rng(4).normal(size=200)
    mean, spread = (lambda rows: float(value[rows].mean())), (lambda rows: float(value[rows].std()))
    together = bootstrap_intervals({"mean": mean, "spread": spread}, 200, 5)
    assert together == {
        "mean": bootstrap_interval(mean, 200, 5),
        "spread": bootstrap_interval(spread, 200, 5),
    }
