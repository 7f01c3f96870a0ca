"""What happens in the next months if nothing is done: churn, active customers and revenue of today's
customers, with intervals.

Every customer's purchases are simulated many times from BG/NBD, their value by Gamma-Gamma; customers yet to
come are left out. The spread of simulations says how much chance varies the outcome, not how wrong the model
is (seasons, price changes). So the same forecast is made from past origins; the errors that it would have
had, month ahead by month ahead, correct a lasting bias and widen the interval."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from scipy.stats import norm

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.sql import connected
from churn_pipeline.insights.order_timeline import (
    MEASURES,
    Calendar,
    calendar,
    counts_before,
    measure,
    month_end,
)
from churn_pipeline.purchase_model.bg_nbd import probability_alive
from churn_pipeline.purchase_model.gamma_gamma import expected_order_value
from churn_pipeline.purchase_model.simulation import draw_purchases
from churn_pipeline.purchase_model.summaries import (
    purchase_days_sql,
    share_kept_after_returns,
    summaries_of_days,
)
from churn_pipeline.purchase_model.valuation import PurchaseModels, fit_purchase_models
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.orders import orders_sql

COVERAGE = 0.8
SEED = 42
MOST_CUSTOMERS = 100_000
"""Above, a random sample of customers is simulated and counts are scaled up."""
MOST_ORIGINS = 12
FEWEST_ORIGINS = 3
"""Past origins needed to correct a bias and to check intervals."""
FEWEST_CUSTOMERS = 50
UNTESTED_ERROR = 0.15
"""Assumed error of the first month where no past origin could be tested; it grows with the square root of the
months ahead."""
RATE = MEASURES.index("churn_rate")
UNTESTED = np.full(len(MEASURES), UNTESTED_ERROR)


@dataclass(frozen=True)
class Draws:
    """How many futures are simulated: about `in_all` over all customers together, within limits."""

    in_all: int
    fewest: int
    most: int


FORECAST_DRAWS = Draws(1_000_000, 40, 400)
BACKTEST_DRAWS = Draws(60_000, 2, 60)  # only their mean is used


@dataclass(frozen=True)
class Purchases:
    """Purchase days of a shop: customer index into `ids`, time in days relative to `origin`, value; arrays of
    shape (purchases,)."""

    origin: datetime
    ids: pd.Index
    customer: np.ndarray
    day: np.ndarray
    value: np.ndarray


def forecast_churn(
    store: ShopStore, config: ShopConfig, as_of: datetime, horizon: int, months: int = 6
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Forecast of the given number of months after `as_of` for the customers with an order before it; only
    rows before `as_of` are read.

    Returns a frame with the columns of schemas.CHURN_FORECAST and diagnostics (JSON-ready): active customers
    and monthly revenue now, past origins and their errors by months ahead, and how often an interval made
    from the other origins held the truth. An order counts by its day, two of one day once. BadInput when
    there is no order before `as_of`."""
    with store.query(["transactions"]) as connection:
        kept = share_kept_after_returns(connection, as_of)
        statement = f"WITH past AS (SELECT * FROM transactions WHERE ts < $as_of) {orders_sql('past')}"  # noqa: S608 - our own SQL only
        orders = connection.execute(statement, {"as_of": as_of}).df()
    if orders.empty:
        raise BadInput(
            f"Shop {store.shop!r} has no order before {as_of:%Y-%m-%d}; a forecast needs at least one."
        )
    with _ledger_of_orders(orders) as ledger:
        purchases = _purchases(ledger, as_of)
        simulated, models = _simulate(
            ledger, purchases, 0, calendar(horizon, months), config.min_orders, FORECAST_DRAWS
        )
        errors = _past_errors(ledger, purchases, horizon, months, config.min_orders, models)
    expected, low, high = _with_interval(simulated, errors, config.roi.level_error)
    money = MEASURES.index("revenue")
    for values in (expected, low, high):
        values[money] *= kept
    ends = [timedelta(days=month_end(month)) for month in range(months + 1)]
    columns: dict[str, Any] = {
        "month": np.arange(1, months + 1),
        "period_start": [as_of + end for end in ends[:-1]],
        "period_end": [as_of + end for end in ends[1:]],
    }
    for number, name in enumerate(MEASURES):
        columns |= {name: expected[number], f"{name}_low": low[number], f"{name}_high": high[number]}
    return pd.DataFrame(columns), _diagnostics(purchases, errors, _chance(simulated), horizon, kept, as_of)


def _ledger_of_orders(orders: pd.DataFrame) -> duckdb.DuckDBPyConnection:
    """A connection whose view `transactions` has one row per order, and `purchase_days` one per customer and
    day with orders, so that every origin is cheap to summarise."""
    connection = connected()
    connection.register("orders_found", orders)
    connection.execute("""
        CREATE TABLE transactions AS
        SELECT customer_id, order_key AS order_id, ordered_at AS ts, order_value AS amount,
               CAST(NULL AS DOUBLE) AS quantity, false AS is_return
        FROM orders_found
    """)
    connection.execute(f"CREATE TABLE purchase_days AS {purchase_days_sql()}")
    return connection


def _purchases(ledger: duckdb.DuckDBPyConnection, origin: datetime) -> Purchases:
    frame = ledger.execute("""
        SELECT customer_id, min(ts) AS bought_at, CAST(sum(CAST(amount AS DECIMAL(18, 4))) AS DOUBLE) AS value
        FROM transactions
        GROUP BY customer_id, CAST(ts AS DATE)
        ORDER BY customer_id, bought_at
    """).df()
    ids = pd.Index(frame["customer_id"].unique())
    day = (frame["bought_at"] - pd.Timestamp(origin)).dt.total_seconds().to_numpy() / 86400
    return Purchases(origin, ids, ids.get_indexer(frame["customer_id"]), day, frame["value"].to_numpy())


def _simulate(
    ledger: duckdb.DuckDBPyConnection,
    purchases: Purchases,
    origin: int,
    when: Calendar,
    min_orders: int,
    draws: Draws,
    later: PurchaseModels | None = None,
) -> tuple[np.ndarray, PurchaseModels]:
    """Simulated measures (float64, shape (draws, measures, months)) from a day `origin` (0 or negative:
    before the purchases' origin).

    And the models fitted there; `later`: those of a later origin, to begin from.
    """
    summaries = summaries_of_days(ledger, purchases.origin + timedelta(days=origin))
    models = fit_purchase_models(summaries, later)
    rng, scale = np.random.default_rng(SEED - origin), 1.0
    if len(summaries) > MOST_CUSTOMERS:
        scale = len(summaries) / MOST_CUSTOMERS
        summaries = summaries.iloc[np.sort(rng.choice(len(summaries), MOST_CUSTOMERS, replace=False))]
    known = pd.Index(summaries["customer_id"]).get_indexer(purchases.ids)[purchases.customer]
    past = (known >= 0) & (purchases.day < origin)
    before = counts_before(known[past], purchases.day[past] - origin, len(summaries), when.past)
    x, t_x, T = (summaries[c].to_numpy(float) for c in ("x", "t_x", "T"))
    value = expected_order_value(models.value, x + 1, summaries["mean_order_value"])
    ends = np.searchsorted(when.future, when.month_ends)
    number = int(np.clip(draws.in_all / len(summaries), draws.fewest, draws.most))
    result = np.empty((number, len(MEASURES), len(when.month_ends)))
    alive = probability_alive(models.purchases, x, t_x, T)
    for draw in range(number):
        bought = draw_purchases(models.purchases, x, T, alive, np.diff(when.future, prepend=0), rng)
        result[draw, : RATE + 1] = measure(np.hstack([before, before[:, -1:] + bought]), when, min_orders)
        result[draw, RATE + 1] = value @ np.diff(bought[:, ends], axis=1, prepend=0)
    result[:, [m for m in range(len(MEASURES)) if m != RATE]] *= scale
    return result, models


def _actual(purchases: Purchases, origin: int, when: Calendar, min_orders: int) -> np.ndarray:
    """What the measures (float64, shape (measures, months)) became after a past origin, for the customers
    known there."""
    first = np.full(len(purchases.ids), np.inf)
    np.minimum.at(first, purchases.customer, purchases.day)
    position = np.where(first < origin, np.cumsum(first < origin) - 1, -1)
    known = position[purchases.customer]
    mine = known >= 0
    day = purchases.day[mine] - origin
    before = counts_before(known[mine], day, int((first < origin).sum()), when.edges)
    month = np.searchsorted(when.month_ends, day, side="right")
    ahead = (day >= 0) & (month < len(when.month_ends))
    revenue = np.bincount(month[ahead], purchases.value[mine][ahead], minlength=len(when.month_ends))
    return np.vstack([measure(before, when, min_orders), revenue])


def _past_errors(
    ledger: duckdb.DuckDBPyConnection,
    purchases: Purchases,
    horizon: int,
    months: int,
    min_orders: int,
    models: PurchaseModels,
) -> np.ndarray:
    """Errors at past origins (float64, shape (origins, measures, months)): log(actual / forecast), for the
    rate actual - forecast.

    Origins lie 1, 2, ... months back, as long as two horizons of history lie before them; months that are not
    over are NaN."""
    rows = []
    for back in range(1, MOST_ORIGINS + 1):
        origin, ahead = -month_end(back), min(back, months)
        customers = len(np.unique(purchases.customer[purchases.day < origin]))
        if purchases.day.min() > origin - 2 * horizon or customers < FEWEST_CUSTOMERS:
            break
        when = calendar(horizon, ahead)
        simulated, models = _simulate(ledger, purchases, origin, when, min_orders, BACKTEST_DRAWS, models)
        forecast = simulated.mean(axis=0)
        actual = _actual(purchases, origin, when, min_orders)
        error = np.log((actual + 1) / (forecast + 1))
        error[RATE] = actual[RATE] - forecast[RATE]
        rows.append(np.pad(error, ((0, 0), (0, months - ahead)), constant_values=np.nan))
    return np.array(rows).reshape(-1, len(MEASURES), months)


def _bias(errors: np.ndarray) -> np.ndarray:
    """Part of the mean past error (float64, shape (measures, months)) to correct for: all of it where origins
    agree, little where not.

    The mean is weighted by mean^2 / (mean^2 + 2 variance between origins), since origins overlap and so agree
    more than independent ones would; below three origins nothing is corrected. On fifteen generated shops
    this halved the errors where the model's rhythm is wrong (a subscription) and cost little elsewhere."""
    tested = (~np.isnan(errors)).sum(axis=0)
    mean = np.nansum(errors, axis=0) / np.maximum(tested, 1)
    variance = np.nansum((errors - mean) ** 2, axis=0) / np.maximum(tested - 1, 1)
    spread = mean**2 + 2 * variance
    weight = np.divide(mean**2, spread, out=np.zeros(mean.shape), where=spread > 0)
    return np.where(tested >= FEWEST_ORIGINS, mean * weight, 0.0)


def _model_error(errors: np.ndarray, chance: np.ndarray, untested: np.ndarray) -> np.ndarray:
    """Standard deviation (float64, shape (measures, months)) of what the models cannot foresee: seasons,
    price changes.

    Past errors hold the chance of their own time as well, which the simulations know: what their mean square
    by months ahead exceeds it by is the models' own. chance: its standard deviation, in the errors' unit.
    untested: the error of the first month where no origin tested it, by measure. Months that fewer than
    FEWEST_ORIGINS origins could test continue from the last tested one with the square root of time."""
    months = np.arange(1, errors.shape[2] + 1)
    origins = (~np.isnan(errors)).sum(axis=0)
    squares = np.nansum(errors**2, axis=0) / np.maximum(origins, 1)
    error = np.sqrt(np.maximum(squares - chance**2, 0.0))
    for number, tested in enumerate((origins >= FEWEST_ORIGINS).sum(axis=1)):
        anchor = error[number, tested - 1] if tested else untested[number]
        error[number, tested:] = anchor * np.sqrt(months[tested:] / max(tested, 1))
    return error


def _width(
    errors: np.ndarray, bias: np.ndarray, chance: np.ndarray, untested: np.ndarray = UNTESTED
) -> np.ndarray:
    """Half width of the central interval: chance and the models' error are independent, so their squares
    add."""
    return norm.ppf((1 + COVERAGE) / 2) * np.hypot(chance, _model_error(errors - bias, chance, untested))


def _chance(simulated: np.ndarray) -> np.ndarray:
    """Standard deviation between simulated futures, as errors are measured: relative to the mean, of the rate
    absolute."""
    spread = simulated.std(axis=0)
    relative = spread / (simulated.mean(axis=0) + 1)
    relative[RATE] = spread[RATE]
    return relative


def _with_interval(
    simulated: np.ndarray, errors: np.ndarray, level_error: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Expectation and interval, each of shape (measures, months).

    level_error: standard deviation of the churn level, log-odds: how far the rate may be off in the first
    month
        where no past origin could test it."""
    plain, bias = simulated.mean(axis=0), _bias(errors)
    untested, rate = UNTESTED.copy(), plain[RATE, 0]
    untested[RATE] = level_error * rate * (1 - rate)
    width = _width(errors, bias, _chance(simulated), untested)
    expected = np.maximum((plain + 1) * np.exp(bias) - 1, 0.0)
    expected[RATE] = np.clip(plain[RATE] + bias[RATE], 0.0, 1.0)
    low, high = ((expected + 1) * np.exp(sign * width) - 1 for sign in (-1, 1))
    low[RATE], high[RATE] = expected[RATE] - width[RATE], np.minimum(expected[RATE] + width[RATE], 1.0)
    return expected, np.maximum(low, 0.0), high


def _held(errors: np.ndarray, chance: np.ndarray) -> float | None:
    """Share of past outcomes inside the interval that the other origins' errors give; None with fewer than
    three origins."""
    if len(errors) < FEWEST_ORIGINS:
        return None
    inside = []
    for left_out in range(len(errors)):
        others = np.delete(errors, left_out, axis=0)
        bias = _bias(others)
        inside.append(np.abs(errors[left_out] - bias) <= _width(others, bias, chance))
    return float(np.array(inside)[~np.isnan(errors)].mean())


def _diagnostics(
    purchases: Purchases, errors: np.ndarray, chance: np.ndarray, horizon: int, kept: float, as_of: datetime
) -> dict[str, Any]:
    recent = month_end(3)
    active = len(np.unique(purchases.customer[purchases.day >= -horizon]))
    by_month = []
    for month in range(errors.shape[2]):
        tested = errors[~np.isnan(errors[:, 0, month]), :, month]
        if len(tested):
            row: dict[str, float] = {"month": month + 1, "origins": len(tested)}
            for number, name in enumerate(MEASURES):
                row |= {
                    f"{name}_bias": float(tested[:, number].mean()),
                    f"{name}_error": float(np.sqrt((tested[:, number] ** 2).mean())),
                }
            by_month.append(row)
    return {
        "as_of": as_of.isoformat(),
        "customers": len(purchases.ids),
        "active_customers_now": active,
        "monthly_revenue_now": float(purchases.value[purchases.day >= -recent].sum() * kept / 3),
        "interval": COVERAGE,
        "backtested": len(errors) > 0,
        "past_origins": len(errors),
        "past_errors": by_month,
        "interval_held_at_past_origins": _held(errors, chance),
        "scope": "customers with an order before as_of; customers yet to come are not counted",
    }
