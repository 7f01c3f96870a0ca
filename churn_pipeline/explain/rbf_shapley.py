"""Exact interventional Shapley values of an RBF expansion (an SVM, or Nystroem features under a linear model), by quadrature.

The function is f(x) = intercept + sum_i a_i * prod_j exp(-gamma * (x_j - s_ij)^2). A feature outside a coalition takes its value from a
background row z (Lundberg & Lee, A unified approach to interpreting model predictions, 2017), so for every centre i the game is a product
over features with on_ij = exp(-gamma * (x_j - s_ij)^2) and off_ij = exp(-gamma * (z_j - s_ij)^2), and quadrature.py applies. The result is
the weighted mean over the background rows: contributions add up to f(x) minus the weighted mean of f over the background.

Columns made of one feature (a value and its missing-indicator) are one player, whose factor is the product of theirs.
"""

from dataclasses import dataclass

import numba
import numpy as np

from churn_pipeline.explain.quadrature import in_threads, nodes_needed, nodes_on_unit_interval

LANES = 16
CENTRES_PER_TILE = 128
MOST_NODES = 8  # the integrand is smooth: 8 nodes leave an error below 1e-8 even with 100 players


@dataclass(frozen=True)
class RbfExpansion:
    """f(x) = intercept + sum_i coefficients[i] * exp(-gamma * |x - centres[i]|^2)."""

    centres: np.ndarray  # float64 (m, columns)
    coefficients: np.ndarray  # float64 (m,)
    gamma: float
    intercept: float

    def output(self, X: np.ndarray) -> np.ndarray:
        """f(x) for float rows X (n, columns), float64 (n,)."""
        squared = (X**2).sum(1)[:, None] + (self.centres**2).sum(1)[None, :] - 2 * X @ self.centres.T
        return self.intercept + np.exp(-self.gamma * np.maximum(squared, 0)) @ self.coefficients


def rbf_contributions(
    expansion: RbfExpansion, X: np.ndarray, background: np.ndarray, weights: np.ndarray, player_of_column: np.ndarray
) -> np.ndarray:
    """Shapley values of an RBF expansion.

    X: float (n, columns); background: float (b, columns) with weights (b,) that sum to 1; player_of_column: int (columns,), 0 ... players - 1.
    Returns float64 (n, players); row sums are f(x) - sum_b weights_b * f(background_b). Cost: n x centres x b x players.
    """
    players = int(player_of_column.max()) + 1
    t, node_weights = nodes_on_unit_interval(min(MOST_NODES, nodes_needed(players)))
    off = _factors(background, expansion, player_of_column, players)  # (centres, players, b)
    off = np.ascontiguousarray(off.transpose(2, 0, 1))
    out = np.zeros((len(X), players))

    def explain_block(first: int) -> None:
        rows = np.ascontiguousarray(X[first : first + LANES], dtype=np.float64)
        padded = np.concatenate([rows, np.repeat(rows[-1:], LANES - len(rows), axis=0)])
        phi = np.zeros((players, LANES))
        for tile in range(0, len(expansion.coefficients), CENTRES_PER_TILE):
            here = slice(tile, tile + CENTRES_PER_TILE)
            part = RbfExpansion(expansion.centres[here], expansion.coefficients[here], expansion.gamma, 0.0)
            on = _factors(padded, part, player_of_column, players)
            _add_contributions(on, off[:, here], part.coefficients, weights, t, node_weights, phi)
        out[first : first + len(rows)] = phi[:, : len(rows)].T

    in_threads(explain_block, range(0, len(X), LANES))
    return out


def _factors(rows: np.ndarray, expansion: RbfExpansion, player_of_column: np.ndarray, players: int) -> np.ndarray:
    """exp(-gamma * squared distance within each player's columns), float64 (centres, players, rows)."""
    order = np.argsort(player_of_column, kind="stable")
    squared = rows.T[order][None, :, :] - expansion.centres[:, order, None]
    np.square(squared, out=squared)
    if len(order) > players:
        squared = np.add.reduceat(squared, np.searchsorted(player_of_column[order], np.arange(players)), axis=1)
    squared *= -expansion.gamma
    return np.exp(squared, out=squared)


@numba.njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _add_contributions(on, off, coefficients, weights, t, node_weights, phi):  # type: ignore[no-untyped-def]
    """Adds to phi (players, LANES) the Shapley values of one tile of centres, for one block of rows.

    on: (centres, players, LANES), off: (b, centres, players). The product over all players but j is the product of those before it times
    the product of those after it, which needs no division and so no care for factors that underflow to zero.
    """
    players = on.shape[1]
    before = np.empty((players, t.size, LANES))
    after = np.empty((t.size, LANES))
    integral = np.empty(LANES)
    for i in range(on.shape[0]):
        for b in range(off.shape[0]):
            scale = coefficients[i] * weights[b]
            before[0] = 1.0
            for j in range(players - 1):
                z = off[b, i, j]
                for k in range(t.size):
                    for r in range(LANES):
                        before[j + 1, k, r] = before[j, k, r] * (z + t[k] * (on[i, j, r] - z))
            for k in range(t.size):
                for r in range(LANES):
                    after[k, r] = node_weights[k] * scale
            for j in range(players - 1, -1, -1):
                z = off[b, i, j]
                integral[:] = 0
                for k in range(t.size):
                    for r in range(LANES):
                        integral[r] += before[j, k, r] * after[k, r]
                        after[k, r] *= z + t[k] * (on[i, j, r] - z)
                for r in range(LANES):
                    phi[j, r] += (on[i, j, r] - z) * integral[r]
