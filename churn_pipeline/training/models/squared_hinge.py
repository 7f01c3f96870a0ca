"""The linear support vector machine with squared hinge loss in its primal form, by Newton's method (Keerthi &
DeCoste, A modified finite Newton method for fast solution of large scale linear SVMs, 2005)."""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.blas import dsyrk

MOST_STEPS = 50
SMALL_GRADIENT = 1e-6  # relative to the gradient at zero
SHORTEST_STEP = 1e-6


def squared_hinge_weights(
    X: NDArray[np.float64], y: NDArray[np.int8], costs: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Weights w (n_features) and intercept b that minimise

        (w'w + b^2) / 2 + sum_i costs_i max(0, 1 - t_i (w'x_i + b))^2,  t = 1 where y is 1, else -1.

    X: n_rows x n_features, few features (their square is solved for); costs: n_rows, above 0. The loss is
    quadratic in the rows within the margin: each step solves for these exactly, and is halved until the loss
    falls, so that a handful of steps reach the one minimum."""
    rows = np.hstack([X, np.ones((len(X), 1))])
    side = np.where(y == 1, 1.0, -1.0)
    w = np.zeros(rows.shape[1])
    slack, loss = np.ones(len(rows)), float(costs.sum())
    first = 0.0
    for _ in range(MOST_STEPS):
        within = np.flatnonzero(slack > 0)
        weighted = rows[within] * np.sqrt(2 * costs[within])[:, None]
        gradient = w - weighted.T @ (np.sqrt(2 * costs[within]) * side[within] * slack[within])
        size = float(np.linalg.norm(gradient))
        first = first or size
        if size <= SMALL_GRADIENT * first:
            break
        curvature = dsyrk(1.0, weighted.T, lower=1)
        curvature[np.diag_indices_from(curvature)] += 1.0
        step = cho_solve(cho_factor(curvature, lower=True, check_finite=False), -gradient, check_finite=False)
        moved, length = side * (rows @ step), 1.0
        while True:
            tried = w + length * step
            left = np.maximum(1 - side * (rows @ w) - length * moved, 0.0)
            found = float(tried @ tried / 2 + costs @ left**2)
            if found < loss or length < SHORTEST_STEP:
                break
            length /= 2
        if found >= loss:
            break
        w, slack, loss = tried, left, found
    return w[:-1], float(w[-1])
