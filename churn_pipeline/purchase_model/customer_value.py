"""Customer value: expected margin over the CLV horizon, with an interval, split by whether the customer is
retained (DESIGN section 6)."""

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.wording import day, number, percent
from churn_pipeline.purchase_model.save_worth import afterwards_by_model, afterwards_by_rule, save_worth
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
from churn_pipeline.purchase_model.value_correction import ValueCorrection, value_correction
from churn_pipeline.shop.config import ShopConfig

COVERAGE = 0.8
SEED = 42
FEWEST_RETURNING = 30
"""Below so many customers with a repeat purchase the models are not fitted."""
WORST_FACTOR = 2.0
"""A backtest total off by more than this factor, where the rule is closer, selects the rule."""


def estimate_customer_value(
    store: ShopStore,
    config: ShopConfig,
    as_of: datetime,
    horizon: int,
    churn_probability: pd.Series | None = None,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Value of every customer with an order before `as_of` over `config.roi.clv_months` months, and how far
    to trust it.

    Returns a frame with the columns of schemas.CUSTOMER_VALUE, sorted by customer, and diagnostics
    (JSON-ready): method and why, parameters, the backtest at a past cutoff. Only rows before `as_of` are
    read. The expectation already contains the chance of drop-out: clv = (1 - p) value_if_retained + p
    value_if_churned, where p is that of `churn_probability` (indexed by customer) where it has the customer,
    else the method's own probability of no order in `horizon` days: there is one CLV for one customer.
    Purchases to come are multiplied by what the backtest found, shrunk (value_correction.py). Order values
    are net of the shop's share of returns. BadInput when there is no order before `as_of`."""
    window = Window(config.roi.clv_months * DAYS_PER_MONTH, horizon, config.roi.annual_discount_rate)
    with store.query(["transactions"]) as connection:
        summaries = purchase_summaries(connection, as_of)
        if summaries.empty:
            raise BadInput(
                f"Shop {store.shop!r} has no order before {as_of:%Y-%m-%d}; "
                f"customer value needs at least one."
            )
        net_share = share_kept_after_returns(connection, as_of)
        backtest = backtest_value(connection, as_of, window, COVERAGE, SEED)
    method, reason = _choose(summaries, backtest)
    correction = value_correction(backtest, by_rule=method == FALLBACK_METHOD)
    valued, interval, worth, parameters = _valued(
        method, summaries, window, backtest.get("nominal_level", COVERAGE), correction
    )
    frame = _customer_value(summaries, valued, interval, worth, method, config.roi.gross_margin, net_share)
    frame["clv_error"] = correction.error
    if churn_probability is not None:
        frame = _at_probability(frame, churn_probability)
    diagnostics = {
        "method": method,
        "reason": reason,
        "correction": correction.to_document()
        | {"sentence": _correction_in_words(backtest, correction, method)},
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
    """CLV (float64, currency) where another model gives the churn probability: (1 - p) value_if_retained + p
    value_if_churned."""
    p = np.asarray(churn_probability, dtype=float)
    return (1 - p) * value["value_if_retained"].to_numpy() + p * value["value_if_churned"].to_numpy()


def _at_probability(value: pd.DataFrame, churn_probability: pd.Series) -> pd.DataFrame:
    """The table with the CLV of those who have a probability moved to it, and interval and expected orders
    moved with the CLV."""
    p, own = churn_probability.reindex(value["customer_id"]).to_numpy(float), value["clv"].to_numpy(float)
    shown = np.where(np.isnan(p), own, value_at_probability(value, p))
    moved = np.divide(shown, own, out=np.ones(len(own)), where=own > 0)
    of_clv = ["clv_low", "clv_high", "expected_orders"]
    return value.assign(clv=shown, **{name: value[name] * moved for name in of_clv})


def _choose(summaries: pd.DataFrame, backtest: dict[str, Any]) -> tuple[str, str]:
    returning = int((summaries["x"] > 0).sum())
    if returning < FEWEST_RETURNING:
        return (
            FALLBACK_METHOD,
            f"only {returning} customers came back; {FEWEST_RETURNING} are needed to fit the purchase models",
        )
    model, rule = backtest.get("predicted_to_actual"), backtest.get("rule_predicted_to_actual")
    if model and rule and abs(np.log(model)) > max(np.log(WORST_FACTOR), abs(np.log(rule))):
        return (
            FALLBACK_METHOD,
            f"at the past cutoff the models predicted {number(model, 2)} times the actual revenue, "
            f"the simple rule {number(rule, 2)} times",
        )
    return MODEL_METHOD, f"{number(returning)} customers came back: enough for the purchase models"


def _correction_in_words(backtest: dict[str, Any], correction: ValueCorrection, method: str) -> str:
    wide = (
        f"the total may be off by {percent(float(np.expm1(1.2815515655446004 * correction.error)), 0)} (80 % "
        f"interval)"
    )
    ratio = backtest.get("rule_predicted_to_actual" if method == FALLBACK_METHOD else "predicted_to_actual")
    if not ratio:
        return (
            f"Customer value could not be held against a past cutoff "
            f"({backtest.get('reason', 'nothing was bought since')}): {wide}."
        )
    said = (
        f"Held against the {backtest['days']} days since {day(datetime.fromisoformat(backtest['cutoff']))}, "
        f"the estimate was {number(ratio, 2)} times what came"
    )
    factor = number(correction.factor, 2)
    return f"{said}; as one past date proves only part of that, it is multiplied by {factor}, and {wide}."


def _valued(
    method: str, summaries: pd.DataFrame, window: Window, level: float, correction: ValueCorrection
) -> tuple[pd.DataFrame, np.ndarray, pd.DataFrame, dict[str, Any]]:
    """Expected spend, its interval (null for the rule), the worth of a save, all corrected, and the models'
    parameters."""
    if method == FALLBACK_METHOD:
        valued = value_by_rule(summaries, window)
        worth = save_worth(valued, afterwards_by_rule(summaries, valued, window), window, correction.factor)
        return _corrected(valued, correction), np.full((len(summaries), 2), np.nan), worth, {}
    models = fit_purchase_models(summaries)
    valued = value_by_model(models, summaries, window)
    worth = save_worth(
        valued, afterwards_by_model(models, summaries, valued, window), window, correction.factor
    )
    undiscounted = valued["expected_purchases"].to_numpy() * valued["purchase_value"].to_numpy()
    discounting = np.divide(
        valued["spend"].to_numpy(), undiscounted, out=np.ones(len(valued)), where=undiscounted > 0
    )
    interval = spend_intervals(models, summaries, window, [level], SEED, correction.error)[0]
    interval = interval * discounting[:, None]
    parameters = {"bg_nbd": vars(models.purchases), "gamma_gamma": vars(models.value)}
    return _corrected(valued, correction), interval * correction.factor, worth, parameters


def _corrected(valued: pd.DataFrame, correction: ValueCorrection) -> pd.DataFrame:
    """Purchases to come and what they bring, times the correction; the value of one purchase stays."""
    of_purchases = ["expected_purchases", "spend", "spend_if_retained", "spend_if_churned"]
    return valued.assign(**{name: valued[name] * correction.factor for name in of_purchases})


def _customer_value(
    summaries: pd.DataFrame,
    valued: pd.DataFrame,
    interval: np.ndarray,
    worth: pd.DataFrame,
    method: str,
    gross_margin: float,
    net_share: float,
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
            "save_worth": worth["point"] * kept,
            "save_worth_low": worth["low"] * kept,
            "save_worth_high": worth["high"] * kept,
            "save_worth_if_like_stayers": (valued["spend_if_retained"] - valued["spend_if_churned"]) * kept,
            "method": method,
        }
    )


def _correlation(summaries: pd.DataFrame) -> float | None:
    """Correlation of purchase count and mean value among returning customers; Gamma-Gamma takes it as 0."""
    returning = summaries[summaries["x"] > 0]
    if len(returning) < 3 or returning["x"].nunique() == 1 or returning["mean_order_value"].nunique() == 1:
        return None
    return float(np.corrcoef(returning["x"], returning["mean_order_value"])[0, 1])
