"""Gamma-Gamma: what an order of a customer is worth, shrunk towards the shop's mean as far as the customer
has few orders.

Fader & Hardie, "The Gamma-Gamma Model of Monetary Value" (2013), brucehardie.com/notes/025. A customer's
orders are Gamma(p, nu) with nu ~ Gamma(q, v) across customers; n orders with mean value m are a sufficient
summary. Value and frequency are taken as independent."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize
from scipy.special import digamma, gammaln
from threadpoolctl import threadpool_limits

# As in BG/NBD: a prior too weak to be seen in a shop with data keeps those without enough of it finite (all
# orders equal, one customer).
LOG_BOUND = 12.0
PRIOR_DEVIATION = 30.0


@dataclass(frozen=True)
class GammaGamma:
    """Parameters: an order is Gamma(p, nu), nu ~ Gamma(q, v), v in currency; q > 1, so that the mean p v / (q
    - 1) exists."""

    p: float
    q: float
    v: float


def fit_gamma_gamma(n: ArrayLike, m: ArrayLike, start: GammaGamma | None = None) -> GammaGamma:
    """Maximum likelihood estimate with a vanishing prior as the fallback of tiny and degenerate shops.

    n: orders of each customer (shape (customers,), >= 1); m: their mean value (> 0, currency); start:
        parameters to begin from. Raises ValueError for other values."""
    n, m = np.asarray(n, dtype=float), np.asarray(m, dtype=float)
    if np.any(n < 1) or np.any(m <= 0):
        raise ValueError("order counts must be at least 1 and mean order values above 0")
    if not len(n):
        return GammaGamma(1.0, 2.0, 1.0)
    scale = float(n @ m / n.sum())
    # One thread: matrices of a few numbers are slower with more, and sums would depend on how many there are.
    with threadpool_limits(1, user_api="blas"):
        found = minimize(
            _negative_log_posterior(n, m / scale),
            np.zeros(3) if start is None else np.log([start.p, start.q - 1, start.v / scale]),
            jac=True,
            method="L-BFGS-B",
            bounds=[(-LOG_BOUND, LOG_BOUND)] * 3,
            options={"maxiter": 1000, "ftol": 1e-14, "gtol": 1e-8},
        )
    p, above_one, v = (float(value) for value in np.exp(found.x))
    return GammaGamma(p, 1 + above_one, v * scale)


def expected_order_value(model: GammaGamma, n: ArrayLike, m: ArrayLike) -> np.ndarray:
    """Expected value (float64, shape (customers,), currency) of a next order: p (v + n m) / (p n + q - 1);
    the shop's mean where n = 0."""
    n, m = np.asarray(n, dtype=float), np.asarray(m, dtype=float)
    return model.p * (model.v + n * np.where(n > 0, m, 0.0)) / (model.p * n + model.q - 1)


def _negative_log_posterior(n: np.ndarray, m: np.ndarray) -> Callable[[np.ndarray], tuple[float, np.ndarray]]:
    """The function to minimise over the logs of (p, q - 1, v), with its gradient, per customer. Values come
    scaled to mean about 1.

    Gamma functions depend on a customer by n alone, of which there are few values: computed once for each.
    """
    customers, total = len(n), n * m
    log_total, sum_log_m = np.log(total), float(np.log(m).sum())
    k, of_customer, customers_at_k = np.unique(n, return_inverse=True, return_counts=True)
    log_total_at_k = np.bincount(of_customer, weights=log_total, minlength=len(k))

    def objective(logs: np.ndarray) -> tuple[float, np.ndarray]:
        p, above_one, v = (float(value) for value in np.exp(logs))
        q, pk = 1 + above_one, p * k
        spread = np.log(v + total)
        spread_at_k = np.bincount(of_customer, weights=spread, minlength=len(k))
        heads = gammaln(pk + q) - gammaln(pk) - gammaln(q) + q * np.log(v)
        likelihood = customers_at_k @ heads + pk @ log_total_at_k - sum_log_m - (pk + q) @ spread_at_k
        by_p = k @ (customers_at_k * (digamma(pk + q) - digamma(pk)) + log_total_at_k - spread_at_k)
        by_q = customers_at_k @ (digamma(pk + q) - digamma(q) + np.log(v)) - spread.sum()
        by_v = customers * q / v - ((p * n + q) / (v + total)).sum()
        value = -float(likelihood) + float(logs @ logs) / (2 * PRIOR_DEVIATION**2)
        gradient = -np.array([by_p * p, by_q * above_one, by_v * v]) + logs / PRIOR_DEVIATION**2
        return value / customers, gradient / customers

    return objective
