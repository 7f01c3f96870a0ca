"""Futures of customers, drawn from what BG/NBD and Gamma-Gamma know of them.

Given the past, a customer is alive with P(alive); then lambda is Gamma(r + x, alpha + T) and the drop-out
chance p is Beta(a, b + x). While alive purchases are a Poisson process, and the customer leaves after a
geometric number G of further ones. So purchases up to any time t are min(Poisson process at t, G): no event
has to be drawn one by one."""

import numpy as np

from churn_pipeline.purchase_model.bg_nbd import BgNbd
from churn_pipeline.purchase_model.gamma_gamma import GammaGamma

SMALLEST_DROPOUT = 1e-12  # below, the geometric distribution leaves the range of 64-bit integers


def draw_purchases(
    model: BgNbd,
    x: np.ndarray,
    T: np.ndarray,
    alive: np.ndarray,
    durations: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """One future per customer: purchases up to the end of each of consecutive periods after T (int64, shape
    (customers, periods)).

    x, T: float64 of shape (customers,), in the model's unit of time; alive: P(alive), the same for every
        future; durations: lengths of the periods, shape (periods,)."""
    lives = rng.random(len(x)) < alive
    rate = rng.gamma(model.r + x, 1 / (model.alpha + T))
    drop_out = np.clip(rng.beta(model.a, model.b + x), SMALLEST_DROPOUT, 1.0)
    allowed = np.where(lives, rng.geometric(drop_out), 0)
    bought = rng.poisson(rate[:, None] * durations).cumsum(axis=1)
    return np.minimum(bought, allowed[:, None])


def draw_spend(
    model: GammaGamma, n: np.ndarray, m: np.ndarray, purchases: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Total value (float64, shape (customers,), currency) of `purchases` further purchases of customers who
    made n worth m on average."""
    scale = rng.gamma(model.p * n + model.q, 1 / (model.v + n * m))
    return np.where(purchases > 0, rng.gamma(np.maximum(model.p * purchases, 1e-12)) / scale, 0.0)
