"""What customers are expected to spend over a window, by BG/NBD x Gamma-Gamma or by a simple rule where those
cannot be fitted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from churn_pipeline.purchase_model.bg_nbd import (
    BgNbd,
    expected_orders_if_alive,
    fit_bg_nbd,
    probability_alive,
    probability_no_order,
    probability_order_if_alive,
)
from churn_pipeline.purchase_model.gamma_gamma import GammaGamma, expected_order_value, fit_gamma_gamma
from churn_pipeline.purchase_model.simulation import draw_purchases, draw_spend

DAYS_PER_MONTH = 365.25 / 12
MODEL_METHOD, FALLBACK_METHOD = "bg_nbd_gamma_gamma", "fallback"
DRAWS_IN_ALL, FEWEST_DRAWS, MOST_DRAWS, CHUNK = 2_000_000, 60, 400, 20_000


@dataclass(frozen=True)
class Window:
    """What is valued: `days` after the cutoff, with the churn horizon and a yearly discount rate (0.1 is 10
    %)."""

    days: float
    horizon: int
    discount_rate: float = 0.0


@dataclass(frozen=True)
class PurchaseModels:
    """Both models of one shop, fitted before one cutoff."""

    purchases: BgNbd
    value: GammaGamma


def fit_purchase_models(summaries: pd.DataFrame, start: PurchaseModels | None = None) -> PurchaseModels:
    """Fits both models on purchase summaries; a purchase day is the unit of both. start: models of a
    neighbouring date, to begin from."""
    purchases, value = (start.purchases, start.value) if start is not None else (None, None)
    return PurchaseModels(
        fit_bg_nbd(summaries["x"], summaries["t_x"], summaries["T"], start=purchases),
        fit_gamma_gamma(summaries["x"] + 1, summaries["mean_order_value"], start=value),
    )


def value_by_model(models: PurchaseModels, summaries: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Expected purchases and spend of each customer in the window, and given an order or none within the
    horizon.

    Columns (float64): p_alive, p_no_order, expected_purchases, purchase_value, spend, spend_if_retained,
    spend_if_churned, with spend = (1 - p_no_order) spend_if_retained + p_no_order spend_if_churned. Without
    an order in the horizon H a customer's past is simply (x, t_x, T + H), which gives the value if churned;
    the value if retained is what remains."""
    bg, x, t_x, T = models.purchases, *(summaries[c].to_numpy(float) for c in ("x", "t_x", "T"))
    alive = probability_alive(bg, x, t_x, T)
    buys = probability_order_if_alive(bg, window.horizon, x, T)
    if_alive = discounted_purchases(bg, x, T, window, 0.0)
    alive_after_silence = discounted_purchases(bg, x, T + window.horizon, window, float(window.horizon))
    churned = alive_after_silence * probability_alive(bg, x, t_x, T + window.horizon)
    retained = (if_alive - (1 - buys) * alive_after_silence) / buys
    value = expected_order_value(models.value, x + 1, summaries["mean_order_value"])
    return pd.DataFrame(
        {
            "p_alive": alive,
            "p_no_order": probability_no_order(bg, window.horizon, x, t_x, T),
            "expected_purchases": alive * expected_orders_if_alive(bg, window.days, x, T),
            "purchase_value": value,
            "spend": alive * if_alive * value,
            "spend_if_retained": retained * value,
            "spend_if_churned": churned * value,
        }
    )


def spend_intervals(
    models: PurchaseModels,
    summaries: pd.DataFrame,
    window: Window,
    levels: Sequence[float],
    seed: int,
    error: float = 0.0,
) -> np.ndarray:
    """Central intervals (shape (levels, customers, 2), currency, not discounted) that a customer's actual
    spend in the window falls into.

    By one simulation for all levels: drop-out, rate, order count and order values vary as the models say.
    `error`: standard deviation of the log of what the models' spend may be off by; 0 takes them as right."""
    rng, tails = (
        np.random.default_rng(seed),
        [tail for level in levels for tail in ((1 - level) / 2, (1 + level) / 2)],
    )
    draws = int(np.clip(DRAWS_IN_ALL / max(len(summaries), 1), FEWEST_DRAWS, MOST_DRAWS))
    x, t_x, T, mean = (summaries[c].to_numpy(float) for c in ("x", "t_x", "T", "mean_order_value"))
    columns = (x, T, mean, probability_alive(models.purchases, x, t_x, T))
    parts = []
    for start in range(0, len(summaries), CHUNK):
        x, T, mean, alive = (np.repeat(c[start : start + CHUNK], draws) for c in columns)
        purchases = draw_purchases(models.purchases, x, T, alive, np.array([window.days]), rng)[:, 0]
        spend = draw_spend(models.value, x + 1, mean, purchases, rng).reshape(-1, draws)
        if error:
            spend = spend * np.exp(error * rng.standard_normal(spend.shape))
        parts.append(np.quantile(spend, tails, axis=1).T.reshape(-1, len(levels), 2))
    return np.concatenate(parts).swapaxes(0, 1) if parts else np.empty((len(levels), 0, 2))


def value_by_rule(summaries: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The fallback, with the columns of `value_by_model`; it is not discounted and asks for nothing but a
    rhythm.

    A customer's rate is (x + 1) purchases in T days plus one usual gap of the shop. Belief that the customer
    is still there halves with every own gap of silence beyond the second. A purchase is worth the mean of the
    customer's purchases and one of the shop's mean."""
    x, t_x, T, mean = (summaries[c].to_numpy(float) for c in ("x", "t_x", "T", "mean_order_value"))
    rate = rates_by_rule(summaries)
    alive, alive_later = (
        0.5 ** np.maximum(silence * rate - 2, 0.0) for silence in (T - t_x, T - t_x + window.horizon)
    )
    no_order = 1 - alive * -np.expm1(-rate * window.horizon)
    shop_mean = float(np.average(mean, weights=x + 1)) if len(x) else 0.0
    value = (mean * (x + 1) + shop_mean) / (x + 2)
    spend = rate * window.days * alive * value
    churned = rate * max(window.days - window.horizon, 0.0) * alive_later * value
    with np.errstate(invalid="ignore"):
        retained = np.where(no_order < 1, (spend - no_order * churned) / (1 - no_order), 0.0)
    return pd.DataFrame(
        {
            "p_alive": alive,
            "p_no_order": no_order,
            "expected_purchases": rate * window.days * alive,
            "purchase_value": value,
            "spend": spend,
            "spend_if_retained": retained,
            "spend_if_churned": churned,
        }
    )


def rates_by_rule(summaries: pd.DataFrame) -> np.ndarray:
    """Purchases a day (float64, shape (customers,)): x + 1 in T days plus one usual gap of the shop; 0 where
    nobody ever came back."""
    x, T = summaries["x"].to_numpy(float), summaries["T"].to_numpy(float)
    days, repeats = max(T.sum(), 1.0), x.sum()
    return (x + 1) / (T + days / repeats) if repeats else np.zeros(len(x))


def discounted_purchases(
    model: BgNbd, x: np.ndarray, T: np.ndarray, window: Window, after: float
) -> np.ndarray:
    """Purchases expected from `after` days to the window's end of customers alive by then, each month's
    discounted from its middle.

    x, T: repeat purchases and days under observation by then; shape (customers,) as the result.
    """
    length = window.days - after
    if window.discount_rate == 0 or length <= 0:
        return expected_orders_if_alive(model, length, x, T)
    total, before, start = np.zeros(len(x)), np.zeros(len(x)), 0.0
    while start < length:
        end = min(start + DAYS_PER_MONTH, length)
        until = expected_orders_if_alive(model, end, x, T)
        total += (until - before) * (1 + window.discount_rate) ** (-(after + (start + end) / 2) / 365.25)
        before, start = until, end
    return total
