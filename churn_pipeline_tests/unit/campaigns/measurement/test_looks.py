"""Looks: whole weeks alone, and no effect is found where there is none however often one looks."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from churn_pipeline.campaigns.measurement.looks import look_at
from churn_pipeline.campaigns.measurement.means import mean_difference, without_known
from churn_pipeline.campaigns.measurement.rates import rate_difference
from churn_pipeline_tests.builders.known_campaigns import counts_of

START = datetime(2024, 1, 1)
END = START + timedelta(days=60)


@pytest.mark.parametrize(
    ("days", "until", "number", "is_last"),
    [
        (0, 0, 0, False),
        (6, 0, 0, False),
        (13.5, 7, 1, False),
        (56, 56, 8, False),
        (60, 60, 9, True),
        (99, 60, 9, True),
    ],
)
def test_orders_count_up_to_the_last_whole_week(days: float, until: int, number: int, is_last: bool) -> None:
    look = look_at(START, END, START + timedelta(days=days))
    assert (look.until, look.number, look.of, look.is_last) == (
        START + timedelta(days=until),
        number,
        9,
        is_last,
    )
    assert look.confidence == pytest.approx(1 - 0.05 / 9)


def test_orders_that_end_before_the_start_make_no_look() -> None:
    assert look_at(START, END, START - timedelta(days=3)).number == 0


@pytest.mark.slow
def test_looking_every_week_finds_an_effect_that_is_none_in_at_most_5_of_100() -> None:
    """2,000 campaigns without an effect; customers differ, so that their weeks hang together.
    Retention, spend, and spend less what the spend before explains."""
    rng, campaigns, weeks = np.random.default_rng(5), 2000, 9
    stratum = np.repeat(np.arange(3), (100, 200, 300))
    level = 1 - 0.05 / weeks
    fooled, fooled_each = np.zeros(3), np.zeros(3)
    for _ in range(campaigns):
        rank = np.concatenate([rng.permutation(n) / n for n in (100, 200, 300)])
        treated = rank >= 0.2
        rate = rng.gamma(0.6, 0.15, 600)
        orders = np.cumsum(rng.poisson(rate[:, None], (600, weeks)), axis=1)
        price = rng.lognormal(3, 0.5, 600)
        spent, past = orders * price[:, None], rng.poisson(rate * 52) * price
        seen = np.zeros((weeks, 3), bool)
        single = np.zeros((weeks, 3), bool)
        for week in range(weeks):
            counts = counts_of(stratum, treated, orders[:, week])
            less_known = without_known(spent[:, week], past[:, None], 2 * stratum + treated)
            for confidence, into in ((level, seen), (0.95, single)):
                found = (
                    rate_difference(counts, confidence),
                    mean_difference(spent[:, week], treated, stratum, confidence),
                    mean_difference(less_known, treated, stratum, confidence),
                )
                into[week] = [one is not None and (one.low > 0 or one.high < 0) for one in found]
        fooled += seen.any(axis=0)
        fooled_each += single.any(axis=0)
    for name, found in (("all looks", fooled), ("a single look", fooled_each)):
        shares = ", ".join(f"{share:.2%}" for share in found / campaigns)
        print(f"intervals of {name}: an effect is seen in {shares} of {campaigns:,} (rate, spend, CUPED)")
    assert (fooled / campaigns <= 0.05).all(), fooled / campaigns
    assert (fooled_each / campaigns > 0.08).all(), "intervals of one look would have been enough"
