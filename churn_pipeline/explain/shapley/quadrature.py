"""Shapley values as an integral, and the nodes that make the integral exact.

A game in which coalition S earns v(S) has the multilinear extension (Owen, Multilinear extensions of games,
1972)

    V(q_1, ..., q_n) = sum over S of v(S) * prod_{i in S} q_i * prod_{i not in S} (1 - q_i),

and the Shapley value of player i is the integral of its partial derivative along the diagonal q = (t, ...,
t):

    phi_i = int_0^1 dV/dq_i (t, ..., t) dt.

Where v is a sum of products, v(S) = sum_l c_l * prod_{i in S} on_li * prod_{i not in S} off_li, the extension
is one as well, and

    phi_i = sum_l c_l * (on_li - off_li) * int_0^1 prod_{j != i} (off_lj + t * (on_lj - off_lj)) dt.

Trees (a product over the features on the path to a leaf) and RBF kernels (a product over features) both have
this form. The integrand is a polynomial in t whose degree is the number of the other players, so
Gauss-Legendre quadrature with K nodes, exact up to degree 2K - 1, gives the Shapley values themselves: no
sampling, and a cost that is linear in the number of players."""

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

Block = TypeVar("Block")


def nodes_on_unit_interval(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes and weights on (0, 1), float64 of length `count`; exact for polynomials up to
    degree 2 * count - 1."""
    nodes, weights = np.polynomial.legendre.leggauss(max(1, count))
    return (nodes + 1) / 2, weights / 2


def nodes_needed(players: int) -> int:
    """The least number of nodes that is exact for products over `players` players (degree players - 1)."""
    return max(1, math.ceil(players / 2))


def in_threads(work: Callable[[Block], None], blocks: Sequence[Block]) -> None:
    """Runs `work` on every block, in as many threads as this process has cores (OMP_NUM_THREADS lowers it).

    The kernels release the GIL. Threads of our own, and not numba's parallel loops, since numba's default
    threading layer aborts the process when two requests of an API server use it at once. Blocks write to
    places of their own, so the number of threads cannot change a result."""
    limit = os.environ.get("OMP_NUM_THREADS", "")
    threads = min(len(blocks), int(limit) if limit.isdigit() and int(limit) > 0 else available_cores())
    if threads <= 1:
        for block in blocks:
            work(block)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, blocks))


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
