"""How large a control group has to be."""

import numpy as np
import pytest

from churn_pipeline.campaigns.assignment.precision import control_share, customers_needed, visible_difference


def test_the_difference_seen_is_that_of_the_textbook() -> None:
    # z(.975) + z(.8) = 2.8016; two groups of 1,000 at 30 %
    assert visible_difference(1000, 1000, 0.3) == pytest.approx(2.8016 * np.sqrt(0.21 * 2 / 1000), rel=1e-4)
    assert visible_difference(10, 0, 0.3) == float("inf")


def test_four_of_five_campaigns_of_that_size_show_it() -> None:
    rng = np.random.default_rng(1)
    treated, control, rate = 1500, 500, 0.4
    effect = visible_difference(treated, control, rate)
    a = rng.binomial(treated, rate + effect, 20_000) / treated
    b = rng.binomial(control, rate, 20_000) / control
    z = (a - b) / np.sqrt(a * (1 - a) / treated + b * (1 - b) / control)
    assert (z > 1.959964).mean() == pytest.approx(0.8, abs=0.03)


def test_the_share_is_the_smallest_that_shows_the_difference() -> None:
    share, shows = control_share(4000, 0.5, 0.05, 0.05, 0.5)
    assert shows and 0.05 < share < 0.5
    assert visible_difference(4000 * (1 - share), 4000 * share, 0.5) == pytest.approx(0.05, rel=1e-6)  # type: ignore[arg-type]
    needed = customers_needed(0.5, 0.05, share)
    assert needed is not None and abs(needed - 4000) <= 1


def test_a_list_too_small_to_show_it_keeps_the_usual_share() -> None:
    assert control_share(50, 0.5, 0.05, 0.1, 0.5) == (0.2, False)
    assert control_share(1_000_000, 0.5, 0.05, 0.1, 0.5) == (0.1, True)
    assert customers_needed(0.5, 0.0, 0.2) is None
