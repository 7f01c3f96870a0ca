"""The level of a shop follows its season, is shrunk where little is known, and says how little."""

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.training.level.shop_level import ShopLevel, level_at, level_table, shop_level
from churn_pipeline_tests.builders.level_series import START, LevelSeries, level_series

Z80 = 1.2816  # of an 80 % interval


def levels(series: LevelSeries, origins: int) -> pd.DataFrame:
    """shift, sd and truth at the newest dates, a horizon apart, each from outcomes known by then."""
    rows = []
    for k in range(origins):
        day = len(series.level) - series.horizon - 1 - k * series.horizon
        date = START + pd.Timedelta(days=day)
        known = series.residuals[series.residuals["cutoff"] + pd.Timedelta(days=series.horizon) <= date]
        mean = float(np.average(known["residual"], weights=1 / known["variance"]))
        level = shop_level(known.assign(residual=known["residual"] - mean), series.horizon, START)
        at = level_at(level, date)
        rows.append((at.shift, at.sd, series.over_window(day) - mean))
    return pd.DataFrame(rows, columns=["shift", "sd", "truth"])


def over_shops(shops: int, season: bool, trend: bool, years: int = 2) -> pd.DataFrame:
    """Levels of many generated shops, three dates each, horizons of 30, 60 and 90 days in turn."""
    series = [level_series(seed, (30, 60, 90)[seed % 3], years, season, trend) for seed in range(shops)]
    return pd.concat([levels(one, 3 if one.horizon < 90 else 2) for one in series], ignore_index=True)


def error(rows: pd.DataFrame) -> float:
    return float(np.sqrt(((rows["truth"] - rows["shift"]) ** 2).mean()))


def test_a_season_that_returned_is_followed():
    rows = over_shops(24, season=True, trend=False, years=3)
    unshifted = float(np.sqrt((rows["truth"] ** 2).mean()))
    assert error(rows) < unshifted / 2


def test_without_a_season_hardly_anything_is_shifted():
    rows = over_shops(24, season=False, trend=False)
    assert rows["shift"].abs().mean() < 0.1
    assert error(rows) < np.sqrt((rows["truth"] ** 2).mean()) + 0.03


def seen_by_learners(series: LevelSeries, share: float, offset: float) -> pd.DataFrame:
    """The residuals of a shop whose models learned from the newest half year, as they then show it."""
    newest = series.residuals["cutoff"].max()
    learned = series.residuals["cutoff"] > newest - pd.Timedelta(days=190)
    shown = series.residuals["residual"].where(~learned, share * series.residuals["residual"] + offset)
    return series.residuals.assign(residual=shown, learned=learned)


def test_what_models_learned_from_is_no_fair_sample_of_the_level():
    """Where half of the season is taken up by features, last year's outcomes say the more."""
    off = []
    for seed in range(12):
        series = level_series(seed, 30, 2, season=True, trend=False)
        day = len(series.level) - 31
        date, rows = START + pd.Timedelta(days=day), seen_by_learners(series, 0.5, 0.2)
        known = rows[rows["cutoff"] + pd.Timedelta(days=30) <= date]
        told = level_at(shop_level(known, 30, START), date)
        taken_as_fair = level_at(shop_level(known.drop(columns="learned"), 30, START), date)
        truth = series.over_window(day)
        off.append((abs(told.shift - truth), abs(taken_as_fair.shift - truth)))
    told, taken_as_fair = np.mean(off, axis=0)
    assert told < 0.75 * taken_as_fair


def test_learned_cutoffs_alone_leave_more_in_doubt():
    series = level_series(3, 30, 3, season=True, trend=False)
    date = series.residuals["cutoff"].max() + pd.Timedelta(days=30)
    fair, learned = (
        level_at(shop_level(series.residuals.assign(learned=known), 30, START), date)
        for known in (False, True)
    )
    assert learned.sd > fair.sd


def test_nothing_known_is_no_shift_and_a_wide_interval():
    at = level_at(ShopLevel(60), pd.Timestamp("2024-01-01"))
    assert at.shift == 0
    assert 0.2 < at.sd < 0.8


def test_only_outcomes_that_had_ended_are_read():
    series = level_series(1, 60, 3, season=True, trend=False)
    date = START + pd.Timedelta(days=700)
    whole = shop_level(series.residuals, 60, START)
    past = series.residuals[series.residuals["cutoff"] + pd.Timedelta(days=60) <= date]
    assert level_at(whole, date) == level_at(shop_level(past, 60, START), date)


def test_cutoffs_of_a_young_shop_teach_no_season():
    series = level_series(2, 90, 2, season=True, trend=False)
    level = shop_level(series.residuals, 90, START)
    assert min(level.cutoffs) >= START + pd.Timedelta(days=180)
    assert len(level.cutoffs) < len(series.residuals)


def test_the_level_moves_with_the_date_asked_for():
    series = level_series(4, 60, 4, season=True, trend=False)
    dates = [START + pd.Timedelta(days=1_300 + 30 * month) for month in range(5)]
    table = level_table(shop_level(series.residuals, 60, START), dates)
    assert list(table.columns) == ["date", "shift", "sd"]
    assert np.ptp(table["shift"]) > 0.1


@pytest.mark.slow
def test_the_interval_holds_four_of_five():
    """300 shops with a season, a trend, both or neither; dates a horizon apart, so that no two outcomes
    overlap."""
    kinds = [(True, False), (False, True), (True, True), (False, False)]
    rows = pd.concat([over_shops(75, season, trend) for season, trend in kinds])
    held = float(((rows["truth"] - rows["shift"]).abs() <= Z80 * rows["sd"]).mean())
    assert 0.75 <= held <= 0.85
