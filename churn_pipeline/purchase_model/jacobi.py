"""Expectations over a Beta distribution by Gauss-Jacobi quadrature."""

from functools import lru_cache

import numpy as np
from scipy.linalg import eigh_tridiagonal


@lru_cache(maxsize=2_048)
def beta_quadrature(a: float, b: float, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes in (0, 1) and weights (both float64 of shape (nodes,), weights sum to 1) with sum(w f(p)) = E
    f(p) for p ~ Beta(a, b).

    Golub & Welsch (1969): the nodes are the eigenvalues of the Jacobi matrix of the recurrence of the
    orthogonal polynomials, the weights the squared first components of its eigenvectors. Unlike
    scipy.special.roots_jacobi it works with a weight of mass 1, so that large parameters neither overflow nor
    underflow."""
    beta, alpha = a - 1.0, b - 1.0  # weight (1 - u)^alpha (1 + u)^beta on u = 2p - 1
    k = np.arange(nodes, dtype=float)
    total = 2 * k + alpha + beta
    diagonal = np.empty(nodes)
    diagonal[0] = (beta - alpha) / (alpha + beta + 2)
    diagonal[1:] = (beta - alpha) * (beta + alpha) / (total[1:] * (total[1:] + 2))
    k, total = k[1:], total[1:]
    ratio = np.empty(
        nodes - 1
    )  # (k + alpha + beta) / (total - 1), which is 1 at k = 1 whatever alpha + beta is
    ratio[0] = 1.0
    ratio[1:] = (k[1:] + alpha + beta) / (total[1:] - 1)
    squared = 4 * k * (k + alpha) * (k + beta) * ratio / (total**2 * (total + 1))
    points, vectors = eigh_tridiagonal(diagonal, np.sqrt(squared))
    result = np.clip((points + 1) / 2, 0.0, 1.0), vectors[0] ** 2
    for part in result:
        part.flags.writeable = False  # the cache hands them out again
    return result
