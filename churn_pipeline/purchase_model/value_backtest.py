"""How well customer value would have done: the same estimate at a past cutoff, held against what came
after."""

from datetime import datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from churn_pipeline.purchase_model.summaries import purchase_summaries
from churn_pipeline.purchase_model.valuation import (
    PurchaseModels,
    Window,
    fit_purchase_models,
    spend_intervals,
    value_by_model,
    value_by_rule,
)
from churn_pipeline.shop.orders import orders_sql

FEWEST_DAYS = 30
FEWEST_CUSTOMERS = 50
NOMINAL_LEVELS = (0.8, 0.9, 0.95, 0.98)
"""Levels tried for the simulated interval, narrowest first."""


def backtest_value(
    connection: duckdb.DuckDBPyConnection, as_of: datetime, window: Window, coverage: float, seed: int
) -> dict[str, Any]:
    """Estimates at a cutoff before `as_of` against the order values up to `as_of`, for customers known at
    that cutoff.

    The test window is the CLV window or, where the history is shorter, its later half. Keys: cutoff, days,
    customers, predicted, actual (currency), predicted_to_actual and rule_predicted_to_actual (the simple
    rule's), orders_predicted_to_actual, relative_error (standard error of predicted_to_actual over itself, by
    customer), top_decile_capture (share of the actual revenue from the tenth of customers with the highest
    predicted value), top_decile_by_past_spend (the same for past spend), top_decile_best (the most that any
    ranking could reach), interval, interval_coverage (share of customers whose actual spend lies in it),
    nominal_level (the simulated level that was needed for that: the models take rates as constant, so that
    their own interval can be too narrow). Where the history does not allow a test: `reason` alone."""
    first = connection.execute("SELECT min(ts) FROM transactions").fetchall()[0][0]
    days = int(min(window.days, (as_of - first).days / 2))
    if days < FEWEST_DAYS:
        return {"reason": f"a backtest needs {2 * FEWEST_DAYS} days of history"}
    cutoff = as_of - timedelta(days=days)
    summaries = purchase_summaries(connection, cutoff)
    if len(summaries) < FEWEST_CUSTOMERS:
        return {
            "reason": f"a backtest needs {FEWEST_CUSTOMERS} customers {days} days ago; "
            f"there were {len(summaries)}"
        }
    actual = _actual(connection, cutoff, as_of, summaries["customer_id"])
    past = Window(days, window.horizon)
    models = fit_purchase_models(summaries)
    valued, rule = value_by_model(models, summaries, past), value_by_rule(summaries, past)
    spend = actual["spend"].to_numpy()
    predicted = valued["spend"].to_numpy()
    past_spend = ((summaries["x"] + 1) * summaries["mean_order_value"]).to_numpy()
    level, covered = _interval_level(models, summaries, past, spend, coverage, seed)
    return {
        "cutoff": cutoff.isoformat(),
        "days": days,
        "customers": len(summaries),
        "predicted": float(predicted.sum()),
        "actual": float(spend.sum()),
        "predicted_to_actual": _ratio(predicted.sum(), spend.sum()),
        "rule_predicted_to_actual": _ratio(rule["spend"].sum(), spend.sum()),
        "orders_predicted_to_actual": _ratio(valued["expected_purchases"].sum(), actual["purchases"].sum()),
        "relative_error": _relative_error(predicted, spend),
        "top_decile_capture": _captured(predicted, spend),
        "top_decile_by_past_spend": _captured(past_spend, spend),
        "top_decile_best": _captured(spend, spend),
        "interval": coverage,
        "nominal_level": level,
        "interval_coverage": covered,
    }


def _interval_level(
    models: PurchaseModels,
    summaries: pd.DataFrame,
    window: Window,
    spend: np.ndarray,
    coverage: float,
    seed: int,
) -> tuple[float, float]:
    """The narrowest level whose simulated interval covered the share asked for, and the share it covered."""
    rounding = 0.005  # an interval that starts at 0 contains 0, and amounts have cents
    levels = [step for step in NOMINAL_LEVELS if step >= coverage] or [coverage]
    low, high = np.moveaxis(spend_intervals(models, summaries, window, levels, seed), 2, 0)
    covered = ((spend >= low - rounding) & (spend <= high + rounding)).mean(axis=1)
    enough = np.flatnonzero(covered >= coverage)
    chosen = int(enough[0]) if len(enough) else len(levels) - 1
    return levels[chosen], float(covered[chosen])


def _actual(
    connection: duckdb.DuckDBPyConnection, cutoff: datetime, end: datetime, customers: pd.Series
) -> pd.DataFrame:
    """Purchase days and their value of each customer in [cutoff, end), in the customers' order."""
    statement = f"""
        WITH later AS (SELECT * FROM transactions WHERE ts >= $cutoff AND ts < $end),
            orders AS ({orders_sql("later")})
        SELECT customer_id, count(DISTINCT CAST(ordered_at AS DATE)) AS purchases,
            CAST(sum(order_value) AS DOUBLE) AS spend
        FROM orders
        GROUP BY customer_id
    """  # noqa: S608 - composed of our own SQL only
    found = connection.execute(statement, {"cutoff": cutoff, "end": end}).df().set_index("customer_id")
    return found.reindex(customers).fillna(0.0)


def _ratio(predicted: float, actual: float) -> float | None:
    return float(predicted / actual) if actual > 0 else None


def _relative_error(predicted: np.ndarray, actual: np.ndarray) -> float | None:
    """Standard error of sum(predicted) / sum(actual) over the ratio itself, customers being what varies
    (delta method)."""
    if not actual.sum() > 0 or not predicted.sum() > 0:
        return None
    surprise = predicted / predicted.sum() - actual / actual.sum()
    return float(np.sqrt((surprise**2).sum()))


def _captured(ranking: np.ndarray, spend: np.ndarray) -> float | None:
    """Share of `spend` that the tenth of customers ranked highest has."""
    top = np.argsort(-ranking, kind="stable")[: max(1, len(spend) // 10)]
    return float(spend[top].sum() / spend.sum()) if spend.sum() > 0 else None
