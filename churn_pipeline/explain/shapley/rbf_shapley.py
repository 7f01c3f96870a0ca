"""Exact Shapley values of an RBF expansion (an SVM, or Nystroem features under a linear model), by
quadrature.

The function is f(x) = intercept + sum_i a_i * prod_j exp(-gamma * (x_j - s_ij)^2). In the game that is solved
here a feature outside the coalition is drawn from its own distribution over the background rows,
independently of the others (the independence of features under which Lundberg & Lee, A unified approach to
interpreting model predictions, 2017, derive Kernel SHAP). The expectation of the product is then the product
of the expectations, so for every centre i the game is a product over features, quadrature.py applies, with

    on_ij  = exp(-gamma * (x_j - s_ij)^2)
    off_ij = mean over background rows z of exp(-gamma * (z_j - s_ij)^2),

and a thousand background rows cost as much as one. With a single background row these are the interventional
values of shap.

Columns made of one feature (a value and its missing-indicator) are one player, whose factor is the product of
theirs."""

from dataclasses import dataclass

import numpy as np

from churn_pipeline.explain.shapley.compilation import compiled
from churn_pipeline.explain.shapley.quadrature import in_threads, nodes_needed, nodes_on_unit_interval

LANES = 64
CENTRES_PER_TILE = 64
MOST_NODES = 5  # the integrand is smooth: measured additivity error below 1e-7 of the output with 40 players


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
    expansion: RbfExpansion,
    X: np.ndarray,
    background: np.ndarray,
    player_of_column: np.ndarray,
    nodes: int = MOST_NODES,
) -> tuple[np.ndarray, float]:
    """Shapley values of an RBF expansion.

    X: float (n, columns); background: float (b, columns); player_of_column: int (columns,), values 0 ...
        players - 1. Returns the contributions, float64 (n, players), and the base value; row sums + base =
        f(x). Cost: n x centres x players."""
    players = int(player_of_column.max()) + 1
    t, weights = nodes_on_unit_interval(min(nodes, nodes_needed(players)))
    off = _mean_factors(background, expansion, player_of_column, players)
    base = expansion.intercept + float(expansion.coefficients @ off.prod(axis=1))
    out = np.zeros((len(X), players))

    def explain_block(first: int) -> None:
        rows = np.ascontiguousarray(X[first : first + LANES], dtype=np.float64)
        padded = np.concatenate([rows, np.repeat(rows[-1:], LANES - len(rows), axis=0)])
        phi = np.zeros((players, LANES))
        for tile in range(0, len(expansion.coefficients), CENTRES_PER_TILE):
            here = slice(tile, tile + CENTRES_PER_TILE)
            on = _factors(padded, expansion.centres[here], expansion.gamma, player_of_column, players)
            _add_contributions(on, off[here], expansion.coefficients[here], t, weights, phi)
        out[first : first + len(rows)] = phi[:, : len(rows)].T

    in_threads(explain_block, range(0, len(X), LANES))
    return out, base


def _factors(
    rows: np.ndarray, centres: np.ndarray, gamma: float, player_of_column: np.ndarray, players: int
) -> np.ndarray:
    """exp(-gamma * squared distance within each player's columns), float64 (centres, players, rows)."""
    first, extra = _columns_of_players(player_of_column, players)
    squared = np.empty(
        (len(centres), players, len(rows))
    )  # numpy would choose an order in memory that the kernel crawls through
    np.subtract(rows.T[first][None, :, :], centres[:, first, None], out=squared)
    np.square(squared, out=squared)
    for column in extra:
        squared[:, player_of_column[column]] += (rows[:, column][None, :] - centres[:, column][:, None]) ** 2
    squared *= -gamma
    return np.exp(squared, out=squared)


def _columns_of_players(player_of_column: np.ndarray, players: int) -> tuple[np.ndarray, np.ndarray]:
    """The first column of every player, and all further ones."""
    found, first = np.unique(player_of_column, return_index=True)
    if len(found) != players:
        raise ValueError("every player needs a column")
    return first, np.setdiff1d(np.arange(len(player_of_column)), first)


def _mean_factors(
    background: np.ndarray, expansion: RbfExpansion, player_of_column: np.ndarray, players: int
) -> np.ndarray:
    """The factors' means over the background rows, float64 (centres, players); tiled over the centres to
    bound memory."""
    tiles = [
        _factors(
            background,
            expansion.centres[i : i + CENTRES_PER_TILE],
            expansion.gamma,
            player_of_column,
            players,
        ).mean(axis=2)
        for i in range(0, len(expansion.centres), CENTRES_PER_TILE)
    ]
    return np.concatenate(tiles)


@compiled
def _add_contributions(on, off, coefficients, t, weights, phi):  # type: ignore[no-untyped-def]
    """Adds to phi (players, LANES) the Shapley values of one tile of centres, for one block of rows.

    on: (centres, players, LANES), off: (centres, players). The product over all players but j is the product
        of those before it times the product of those after it, which needs no division and so no care for
        factors that underflow to zero. What the loops over rows share stands in variables of its own: only
        then does the compiler make vector instructions of them."""
    players, nodes = on.shape[1], t.size
    before = np.empty((players, nodes, LANES))
    after = np.empty((nodes, LANES))
    integral = np.empty(LANES)
    for i in range(on.shape[0]):
        for k in range(nodes):
            for r in range(LANES):
                before[0, k, r] = weights[k] * coefficients[i]
                after[k, r] = 1.0
        for j in range(players - 1):
            for k in range(nodes):
                node = t[k]
                rest = off[i, j] * (1.0 - node)
                for r in range(LANES):
                    before[j + 1, k, r] = before[j, k, r] * (rest + node * on[i, j, r])
        for j in range(players - 1, -1, -1):
            unknown = off[i, j]
            for r in range(LANES):
                integral[r] = 0.0
            for k in range(nodes):
                node = t[k]
                rest = unknown * (1.0 - node)
                for r in range(LANES):
                    integral[r] += before[j, k, r] * after[k, r]
                    after[k, r] *= rest + node * on[i, j, r]
            for r in range(LANES):
                phi[j, r] += (on[i, j, r] - unknown) * integral[r]
