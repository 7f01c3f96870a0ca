"""BG/NBD: how often customers buy while they are customers, and when they stop being customers.

Fader, Hardie & Lee, "Counting Your Customers" the Easy Way, Marketing Science 24 (2005). While alive a
customer buys at rate lambda, and after every purchase drops out with probability p; lambda ~ Gamma(r, alpha),
p ~ Beta(a, b) across customers. The paper's notation is kept: x repeat purchases, the last at t_x, observed
until T, all counted from the first purchase, in any one unit of time (days here)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize
from scipy.special import betaln, digamma, expit, gammaln
from threadpoolctl import threadpool_limits

from churn_pipeline.purchase_model.jacobi import beta_quadrature

# Log parameters (time in units of the mean T) are kept in this range, and drawn towards 0 by a normal prior
# of this deviation. Its
# weight is a thousandth of a customer's, so that estimates of a shop with data do not move, while tiny
# and degenerate ones (nobody ever returned, nobody ever left) get finite parameters that say just that.
LOG_BOUND = 12.0
PRIOR_DEVIATION = 30.0
QUADRATURE_NODES = 40
BLOCK_ROWS = (
    2_048  # distinct customers integrated at once: an array of these times the nodes stays in the cache
)


@dataclass(frozen=True)
class BgNbd:
    """Parameters: lambda ~ Gamma(r, alpha) with alpha in units of time, drop-out p ~ Beta(a, b)."""

    r: float
    alpha: float
    a: float
    b: float


def fit_bg_nbd(
    x: ArrayLike, t_x: ArrayLike, T: ArrayLike, weights: ArrayLike | None = None, start: BgNbd | None = None
) -> BgNbd:
    """Maximum likelihood estimate, with a vanishing prior (see PRIOR_DEVIATION) as the fallback of tiny and
    degenerate shops.

    x, t_x, T: arrays of shape (customers,) with x >= 0 and 0 <= t_x <= T; weights: how many customers each
        row stands for (default 1);
    start: parameters to begin from, such as those of a neighbouring date, which saves most of the time. Equal
        rows are fitted once, weighted. Without any customer the prior's centre is returned. Raises ValueError
        for invalid summaries."""
    x, t_x, T = (np.asarray(v, dtype=float) for v in (x, t_x, T))
    if np.any(x < 0) or np.any(t_x < 0) or np.any(t_x > T):
        raise ValueError("purchase summaries must have x >= 0 and 0 <= t_x <= T")
    counts = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
    scale = max(float(np.average(T, weights=counts)), 1e-9) if counts.sum() > 0 else 1.0
    x, t_x, T, counts = _unique(x, t_x, T, counts)
    objective = _negative_log_posterior(x, t_x / scale, T / scale, counts)
    # One thread: matrices of a few numbers are slower with more, and sums would depend on how many there are.
    with threadpool_limits(1, user_api="blas"):
        found = minimize(
            objective,
            np.zeros(4) if start is None else np.log([start.r, start.alpha / scale, start.a, start.b]),
            jac=True,
            method="L-BFGS-B",
            bounds=[(-LOG_BOUND, LOG_BOUND)] * 4,
            options={"maxiter": 1000, "ftol": 1e-14, "gtol": 1e-8},
        )
    r, alpha, a, b = (float(v) for v in np.exp(found.x))
    return BgNbd(r, alpha * scale, a, b)


def log_likelihood(model: BgNbd, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> np.ndarray:
    """Log-likelihood of each customer (float64, shape (customers,)): equation 6 of the paper, on a log scale
    throughout."""
    x, t_x, T = (np.asarray(v, dtype=float) for v in (x, t_x, T))
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    head = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b)
    alive = -(r + x) * np.log(alpha + T)
    return head + alive + np.logaddexp(0.0, _log_odds_gone(model, x, t_x, T))


def probability_alive(model: BgNbd, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> np.ndarray:
    """Probability (float64, shape (customers,)) of still being a customer at T; 1 without a repeat purchase,
    as the model has it."""
    x, t_x, T = (np.asarray(v, dtype=float) for v in (x, t_x, T))
    return expit(-_log_odds_gone(model, x, t_x, T))


def probability_no_order(
    model: BgNbd, horizon: float, x: ArrayLike, t_x: ArrayLike, T: ArrayLike
) -> np.ndarray:
    """Probability (float64, shape (customers,)) of no purchase in (T, T + horizon]: gone already, or alive
    without buying."""
    return 1.0 - probability_alive(model, x, t_x, T) * probability_order_if_alive(model, horizon, x, T)


def probability_order_if_alive(model: BgNbd, horizon: float, x: ArrayLike, T: ArrayLike) -> np.ndarray:
    """Probability (float64, shape (customers,)) of a purchase in (T, T + horizon] of customers who are alive
    at T."""
    x, T = np.asarray(x, dtype=float), np.asarray(T, dtype=float)
    return -np.expm1(-(model.r + x) * np.log1p(horizon / (model.alpha + T)))


def expected_orders(model: BgNbd, t: float, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> np.ndarray:
    """Expected purchases (float64, shape (customers,)) in (T, T + t] given the past (equation 10 of the
    paper); 0 for t <= 0."""
    return expected_orders_if_alive(model, t, x, T) * probability_alive(model, x, t_x, T)


def expected_orders_if_alive(model: BgNbd, t: float, x: ArrayLike, T: ArrayLike) -> np.ndarray:
    """Expected purchases (float64, shape (customers,)) in (T, T + t] of customers who are alive at T; 0 for t
    <= 0.

    The Gauss hypergeometric function of equation 10 overflows for frequent customers, and the formula is 0/0
    at a = 1; so the same quantity is computed from what it is the integral of. For a living customer p is
    Beta(a, b + x) and lambda Gamma(r + x, alpha + T), and the mean of (1 - exp(-lambda p t)) / p over lambda
    is (1 - (1 + p t / (alpha + T))^-(r + x)) / p: a smooth function of p, which Gauss-Jacobi quadrature
    integrates to about ten digits."""
    x, T = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(T, dtype=float))
    if t <= 0 or not x.size:
        return np.zeros(x.shape)
    pairs, of_customer = np.unique(
        x.ravel() + 1j * T.ravel(), return_inverse=True
    )  # equal customers are computed once
    counts, of_pair = np.unique(pairs.real, return_inverse=True)
    quadratures = [beta_quadrature(model.a, model.b + count, QUADRATURE_NODES) for count in counts]
    nodes, weights = (np.array(part) for part in zip(*quadratures, strict=True))
    nodes = np.maximum(nodes, 1e-300)
    expected, ratio = np.empty(len(pairs)), t / (model.alpha + pairs.imag)
    for start in range(0, len(pairs), BLOCK_ROWS):
        rows = slice(start, start + BLOCK_ROWS)
        p, weight = nodes[of_pair[rows]], weights[of_pair[rows]]
        bought = -np.expm1(-(model.r + pairs.real[rows, None]) * np.log1p(p * ratio[rows, None]))
        expected[rows] = (weight / p * bought).sum(axis=1)
    return expected[of_customer].reshape(x.shape)


def _log_odds_gone(model: BgNbd, x: np.ndarray, t_x: np.ndarray, T: np.ndarray) -> np.ndarray:
    """Log of P(dropped out after the last purchase) / P(alive); -inf where x = 0: only a repeat purchase is
    followed by a drop-out."""
    repeat = np.maximum(x, 1.0)
    odds = (
        np.log(model.a)
        - np.log(model.b + repeat - 1)
        + (model.r + x) * np.log((model.alpha + T) / (model.alpha + t_x))
    )
    return np.where(x > 0, odds, -np.inf)


def _unique(
    x: np.ndarray, t_x: np.ndarray, T: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Distinct rows, with the weights of equal ones added up."""
    if not len(x):
        return x, t_x, T, counts
    order = np.lexsort((T, t_x, x))
    x, t_x, T, counts = x[order], t_x[order], T[order], counts[order]
    first = np.concatenate([[True], (np.diff(x) != 0) | (np.diff(t_x) != 0) | (np.diff(T) != 0)])
    return x[first], t_x[first], T[first], np.add.reduceat(counts, np.flatnonzero(first))


def _negative_log_posterior(
    x: np.ndarray, t_x: np.ndarray, T: np.ndarray, counts: np.ndarray
) -> Callable[[np.ndarray], tuple[float, np.ndarray]]:
    """What to minimise over the logs of (r, alpha, a, b), with its gradient; per customer, so that tolerances
    fit every shop.

    `log_likelihood` and its derivatives. Gamma functions depend on a row by x alone, of which there are few:
    computed once for each."""
    customers = max(float(counts.sum()), 1.0)
    k, of_row = np.unique(x, return_inverse=True)
    repeats, at_k = np.maximum(k, 1.0), np.bincount(of_row, weights=counts, minlength=len(k))

    def objective(logs: np.ndarray) -> tuple[float, np.ndarray]:
        r, alpha, a, b = (float(v) for v in np.exp(logs))
        log_T, log_t = np.log(alpha + T), np.log(alpha + t_x)
        drop = np.where(k > 0, np.log(a) - np.log(b + repeats - 1), -np.inf)
        odds = drop[of_row] + (r + x) * (log_T - log_t)
        gone = expit(odds)
        weighted = counts * gone
        heads = gammaln(r + k) - gammaln(r) + r * np.log(alpha) + betaln(a, b + k) - betaln(a, b)
        tails = np.logaddexp(0.0, odds) - (r + x) * log_T
        value = -float(at_k @ heads + counts @ tails)
        gone_at_k = np.bincount(of_row, weights=weighted, minlength=len(k))
        both = digamma(a + b) - digamma(a + b + k)
        by_r = (
            at_k @ (digamma(r + k) - digamma(r) + np.log(alpha))
            - (counts - weighted) @ log_T
            - weighted @ log_t
        )
        by_alpha = at_k.sum() * r / alpha - (r + x) @ (
            (counts - weighted) / (alpha + T) + weighted / (alpha + t_x)
        )
        by_a = at_k @ both + gone_at_k.sum() / a
        by_b = at_k @ (both + digamma(b + k) - digamma(b)) - (gone_at_k / (b + repeats - 1))[k > 0].sum()
        gradient = -np.array([by_r * r, by_alpha * alpha, by_a * a, by_b * b])
        value += float(logs @ logs) / (2 * PRIOR_DEVIATION**2)
        gradient += logs / PRIOR_DEVIATION**2
        return value / customers, gradient / customers

    return objective
