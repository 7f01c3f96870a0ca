"""Customer value: expected margin over the CLV horizon, with an interval, split by whether the customer is retained (DESIGN section 6)."""

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.errors import BadInput
from churn_pipeline.purchase_model.summaries import purchase_summaries, share_kept_after_returns
from churn_pipeline.purchase_model.valuation import (
    DAYS_PER_MONTH,
    FALLBACK_METHOD,
    MODEL_METHOD,
    Window,
    fit_purchase_models,
    spend_intervals,
    value_by_model,
    value_by_rule,
)
from churn_pipeline.purchase_model.value_backtest import backtest_value
from churn_pipeline.shops import ShopConfig
from churn_pipeline.storage import duckdb_over

COVERAGE = 0.8
SEED = 42
FEWEST_RETURNING = 30
"""Below so many customers with a repeat purchase the models are not fitted."""
WORST_FACTOR = 2.0
"""A backtest total off by more than this factor, where the rule is closer, selects the rule."""


def estimate_customer_value(folder: Path, config: ShopConfig, as_of: datetime, horizon: int) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Value of every customer with an order before `as_of` over `config.roi.clv_months` months, and how far to trust it.

    Returns a frame with the columns of schemas.CUSTOMER_VALUE, sorted by customer, and diagnostics (JSON-ready): method and why,
    parameters, the backtest at a past cutoff. Only rows before `as_of` are read. The expectation already contains the chance of
    drop-out: clv = (1 - p) value_if_retained + p value_if_churned, where p is the method's own probability of no order in `horizon`
    days. Order values are net of the shop's share of returns. BadInput when there is no order before `as_of`.
    """
    window = Window(config.roi.clv_months * DAYS_PER_MONTH, horizon, config.roi.annual_discount_rate)
    with duckdb_over(folder, ["transactions"]) as connection:
        summaries = purchase_summaries(connection, as_of)
        if summaries.empty:
            raise BadInput(f"Shop {folder.name!r} has no order before {as_of:%Y-%m-%d}; customer value needs at least one.")
        net_share = share_kept_after_returns(connection, as_of)
        backtest = backtest_value(connection, as_of, window, COVERAGE, SEED)
    method, reason = _choose(summaries, backtest)
    valued, interval, parameters = _valued(method, summaries, window, backtest.get("nominal_level", COVERAGE))
    frame = _customer_value(summaries, valued, interval, method, config.roi.gross_margin, net_share)
    diagnostics = {
        "method": method,
        "reason": reason,
        "as_of": as_of.isoformat(),
        "clv_months": config.roi.clv_months,
        "interval": COVERAGE,
        "gross_margin": config.roi.gross_margin,
        "annual_discount_rate": config.roi.annual_discount_rate,
        "share_kept_after_returns": net_share,
        "customers": len(summaries),
        "customers_with_repeat_purchase": int((summaries["x"] > 0).sum()),
        "frequency_value_correlation": _correlation(summaries),
        "parameters": parameters,
        "total_clv": float(frame["clv"].sum()),
        "backtest": backtest,
    }
    return frame, diagnostics


def value_at_probability(value: pd.DataFrame, churn_probability: np.ndarray) -> np.ndarray:
    """CLV (float64, currency) where another model gives the churn probability: (1 - p) value_if_retained + p value_if_churned."""
    p = np.asarray(churn_probability, dtype=float)
    return (1 - p) * value["value_if_retained"].to_numpy() + p * value["value_if_churned"].to_numpy()


def _choose(summaries: pd.DataFrame, backtest: dict[str, Any]) -> tuple[str, str]:
    returning = int((summaries["x"] > 0).sum())
    if returning < FEWEST_RETURNING:
        return FALLBACK_METHOD, f"only {returning} customers came back; {FEWEST_RETURNING} are needed to fit the purchase models"
    model, rule = backtest.get("predicted_to_actual"), backtest.get("rule_predicted_to_actual")
    if model and rule and abs(np.log(model)) > max(np.log(WORST_FACTOR), abs(np.log(rule))):
        return (
            FALLBACK_METHOD,
            f"at the past cutoff the models predicted {model:.2f} times the actual revenue, the simple rule {rule:.2f} times",
        )
    return MODEL_METHOD, "the purchase models fit"


def _valued(method: str, summaries: pd.DataFrame, window: Window, level: float) -> tuple[pd.DataFrame, np.ndarray, dict[str, Any]]:
    """Expected spend, its interval (null for the rule) and the models' parameters."""
    if method == FALLBACK_METHOD:
        return value_by_rule(summaries, window), np.full((len(summaries), 2), np.nan), {}
    models = fit_purchase_models(summaries)
    valued = value_by_model(models, summaries, window)
    undiscounted = valued["expected_purchases"].to_numpy() * valued["purchase_value"].to_numpy()
    discounting = np.divide(valued["spend"].to_numpy(), undiscounted, out=np.ones(len(valued)), where=undiscounted > 0)
    interval = spend_intervals(models, summaries, window, [level], SEED)[0] * discounting[:, None]
    return valued, interval, {"bg_nbd": vars(models.purchases), "gamma_gamma": vars(models.value)}


def _customer_value(
    summaries: pd.DataFrame, valued: pd.DataFrame, interval: np.ndarray, method: str, gross_margin: float, net_share: float
) -> pd.DataFrame:
    """The table: purchase days turned into orders, spend into margin net of returns."""
    orders_a_day = float(summaries["orders"].sum() / (summaries["x"] + 1).sum())
    kept = gross_margin * net_share
    return pd.DataFrame(
        {
            "customer_id": summaries["customer_id"],
            "clv": valued["spend"] * kept,
            "clv_low": interval[:, 0] * kept,
            "clv_high": interval[:, 1] * kept,
            "p_alive": valued["p_alive"],
            "expected_orders": valued["expected_purchases"] * orders_a_day,
            "expected_order_value": valued["purchase_value"] / orders_a_day * net_share,
            "value_if_retained": valued["spend_if_retained"] * kept,
            "value_if_churned": valued["spend_if_churned"] * kept,
            "method": method,
        }
    )


def _correlation(summaries: pd.DataFrame) -> float | None:
    """Correlation of purchase count and mean value among returning customers; Gamma-Gamma takes it as 0."""
    returning = summaries[summaries["x"] > 0]
    if len(returning) < 3 or returning["x"].nunique() == 1 or returning["mean_order_value"].nunique() == 1:
        return None
    return float(np.corrcoef(returning["x"], returning["mean_order_value"])[0, 1])
