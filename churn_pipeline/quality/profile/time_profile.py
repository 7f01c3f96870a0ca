"""Profile: orders and sales over time, their trend and their seasons (STL: Cleveland, Cleveland, McRae &
Terpenning 1990).

The strength of a season is 1 - Var(remainder) / Var(season + remainder), 0-1 (Wang, Smith & Hyndman 2006,
"Characteristic-based clustering for time series data"); from about 0.4 on it is plain to the eye."""

from typing import Any

import duckdb
import numpy as np
import pandas as pd
from statsmodels.tsa.seasonal import STL

from churn_pipeline.core.records import records

WEEK, YEAR_OF_WEEKS = 7, 52
QUARTER = 91
CYCLES_NEEDED = 2
FEWEST_WEEKS = 8
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_BY_DAY = (
    "SELECT CAST(ordered_at AS DATE) AS day, count(*) AS orders, "
    "sum(value) AS sales FROM orders GROUP BY day ORDER BY day"
)
_BY_HOUR = """
    SELECT hour(ordered_at) AS hour, count(*) AS orders FROM orders
    WHERE (SELECT avg(CAST(ordered_at <> date_trunc('day', ordered_at) AS INTEGER)) FROM orders) > 0.5
    GROUP BY hour ORDER BY hour
"""


def time_profile(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Orders and sales per day, week, month, weekday and hour (none where the file has no times), trend and
    seasons."""
    days = connection.execute(_BY_DAY).df().set_index("day").asfreq("D", fill_value=0)
    weeks, months = days.resample("W-MON", label="left", closed="left").sum(), days.resample("MS").sum()
    # a week cut off at either end of the history would look like a collapse of the business
    weeks = _whole(weeks, days) if len(days) >= CYCLES_NEEDED * WEEK else weeks
    weekdays = days.groupby(_times(days).day_of_week).orders.mean()
    return {
        "by_day": _listed(days, "%Y-%m-%d"),
        "by_week": _listed(weeks, "%Y-%m-%d"),
        "by_month": _listed(months, "%Y-%m"),
        "by_weekday": [
            {"label": WEEKDAYS[d], "orders_per_day": float(weekdays[d])}
            for d in range(WEEK)
            if d in weekdays.index
        ],
        "by_hour": records(connection, _BY_HOUR),
        "trend_percent_per_month": _trend(days.orders),
        "recent_change": _recent_change(days.orders),
        "weekly_season": _season(days.orders, WEEK, FEWEST_WEEKS),
        "yearly_season": _season(weeks.orders, YEAR_OF_WEEKS, CYCLES_NEEDED),
    }


def _times(frame: pd.DataFrame) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(frame.index)


def _listed(frame: pd.DataFrame, pattern: str) -> dict[str, list[Any]]:
    """Columns as parallel lists: shorter than a record per day."""
    return {
        "start": _times(frame).strftime(pattern).tolist(),
        "orders": frame.orders.astype(int).tolist(),
        "sales": frame.sales.tolist(),
    }


def _whole(weeks: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    """The weeks that the history covers wholly."""
    return weeks[
        (weeks.index >= days.index[0]) & (_times(weeks) + pd.Timedelta(days=WEEK - 1) <= days.index[-1])
    ]


def _trend(orders: pd.Series) -> float | None:
    """Growth of orders in percent a month: least squares of log orders of 28-day blocks, the last block
    ending at data end."""
    blocks = len(orders) // 28
    if blocks < 3:
        return None
    sums = orders.to_numpy()[-28 * blocks :].reshape(blocks, 28).sum(axis=1)
    slope = np.polyfit(np.arange(blocks), np.log1p(sums), 1)[0]
    return float(100 * np.expm1(slope * 365.25 / 12 / 28))


def _recent_change(orders: pd.Series) -> float | None:
    """Orders of the last 91 days against the 91 before, as a change (0.1: a tenth more)."""
    if len(orders) < 2 * QUARTER:
        return None
    before, now = int(orders.iloc[-2 * QUARTER : -QUARTER].sum()), int(orders.iloc[-QUARTER:].sum())
    return now / before - 1 if before else None


def _season(orders: pd.Series, period: int, cycles: int) -> dict[str, Any] | None:
    """Strength 0-1 of the season of the given period and its mean course (orders above or below usual); None
    in too short histories."""
    if len(orders) < cycles * period + 1 or orders.std() == 0:
        return None
    parts = STL(orders.astype(float).to_numpy(), period=period, robust=True).fit()
    together = np.var(parts.seasonal + parts.resid)
    strength = max(0.0, 1 - float(np.var(parts.resid) / together)) if together > 0 else 0.0
    place = np.arange(len(orders)) % period
    course = [float(parts.seasonal[place == p].mean()) for p in range(period)]
    return {"period": period, "strength": strength, "starts": str(orders.index[0].date()), "course": course}
