"""Exact path-dependent TreeSHAP for any sum of trees, by quadrature: the values of shap.TreeExplainer, many
times faster.

The game of Lundberg et al., From local explanations to global understanding with explainable AI for trees
(2020): with the features of S known, a row runs down the tree; at a split on an unknown feature it goes both
ways, in proportion to the training rows that did. So each leaf contributes a product over the features on its
path (see quadrature.py): `on` is 1 where the row passes all of the feature's splits on the path and 0
otherwise, `off` is the share of training rows that passed them.

One depth-first walk over a tree serves all leaves. With q(t) = off + t * (on - off), the walk carries, for
every node t of the quadrature,

    P(u) = product of q over the players on the path down to u, and
    H(u) = sum over the leaves l below u of value(l) * P(l).

Edge u of player i replaces the factor of the player's outer edge w (1 where there is none), so P is
multiplied by q_u / q_w, and the sum of (on - off) / q * value * P over all leaves is a telescoping sum over
the player's edges:

    phi_i = sum over the edges u of i of int_0^1 [ (on_u - off_u) / q_u - (on_w - off_w) / q_w ] * H(u) dt.

Both brackets take one value for each state of a row (passed w and u; w only; neither), so they are computed
once per tree, and a row costs a few multiplications per tree node. Rows are worked on in blocks of LANES, so
that these are vector instructions."""

import numba
import numpy as np

from churn_pipeline.explain.shapley.compilation import compiled
from churn_pipeline.explain.shapley.flat_trees import FlatTrees
from churn_pipeline.explain.shapley.quadrature import in_threads, nodes_needed, nodes_on_unit_interval

LANES = 32
ROWS_PER_TASK = 512


def tree_contributions(trees: FlatTrees, X: np.ndarray, players: int) -> np.ndarray:
    """Shapley values of the sum of the trees' outputs.

    trees: flattened trees. X: float array (n, columns), as the trees saw it (compared as float32, as they
        do). Returns float64 (n, players); row sums + trees.base = the trees' output, to about 1e-6."""
    t, weights = nodes_on_unit_interval(nodes_needed(trees.players_on_a_path))
    rows = np.asarray(X, dtype=np.float32)
    out = np.zeros((len(rows), players))
    structure = (trees.column, trees.threshold, trees.missing_left, trees.parent, trees.depth, trees.is_left)
    odds = (trees.player, trees.outer, trees.share, trees.value, trees.start)

    def explain_rows(first: int) -> None:
        last = min(first + ROWS_PER_TASK, len(rows))
        _add_contributions(
            np.ascontiguousarray(rows[first:last].T), *structure, *odds, t, weights, out[first:last]
        )

    in_threads(explain_rows, range(0, len(rows), ROWS_PER_TASK))
    return out


@compiled
def _edge_tables(start, size, outer, share, t, weights):  # type: ignore[no-untyped-def]
    """Per edge and quadrature node, what the states of a row select from.

    The ratio q_u / q_w is r_none + on_w * r_outer + on_u * r_passed; the bracket, weighted, is on_w * g_outer
    + on_u * g_passed."""
    r_none = np.empty(size, np.float32)
    r_outer = np.empty((size, t.size), np.float32)
    r_passed = np.empty((size, t.size), np.float32)
    g_outer = np.empty((size, t.size), np.float32)
    g_passed = np.empty((size, t.size), np.float32)
    for u in range(1, size):
        z = share[start + u]
        z_outer = share[start + outer[start + u]] if outer[start + u] >= 0 else 1.0
        r_none[u] = z / z_outer
        for k in range(t.size):
            q_on, q_off = z + t[k] * (1.0 - z), z * (1.0 - t[k])
            q_outer_on = z_outer + t[k] * (1.0 - z_outer)
            bracket_passed = (1.0 - z) / q_on - (1.0 - z_outer) / q_outer_on
            bracket_failed = -1.0 / (1.0 - t[k]) - (1.0 - z_outer) / q_outer_on  # passed w but not u
            r_outer[u, k] = q_off / q_outer_on - r_none[u]
            r_passed[u, k] = (q_on - q_off) / q_outer_on
            g_outer[u, k] = weights[k] * bracket_failed
            g_passed[u, k] = weights[k] * (bracket_passed - bracket_failed)
    return r_none, r_outer, r_passed, g_outer, g_passed


@compiled
def _add_contributions(  # type: ignore[no-untyped-def]
    X,
    column,
    threshold,
    missing_left,
    parent,
    depth,
    is_left,
    player,
    outer,
    share,
    value,
    start,
    t,
    weights,
    out,
):
    """Adds the Shapley values of all trees for the rows X (float32 (columns, n): rows side by side) to out
    (float64 (n, players))."""
    nodes = t.size
    for tree in range(start.size - 1):
        s = start[tree]
        size = start[tree + 1] - s
        r_none, r_outer, r_passed, g_outer, g_passed = _edge_tables(s, size, outer, share, t, weights)
        levels = depth[s : s + size].max() + 2
        product = np.ones((levels, nodes, LANES), np.float32)
        below = np.zeros((levels, nodes, LANES), np.float32)  # H, by depth of the path's edge
        on = np.ones((levels, LANES), np.float32)
        on_outer = np.ones((levels, LANES), np.float32)
        path = np.zeros(levels, np.int64)
        phi = np.empty((out.shape[1], LANES), np.float32)
        gain = np.empty(LANES, np.float32)
        for first in range(0, X.shape[1], LANES):
            count = min(LANES, X.shape[1] - first)
            phi[:] = 0
            top = 0
            for u in range(1, size + 1):
                level = depth[s + u] if u < size else 1
                while top >= level:  # edges that the walk leaves: their leaves are complete
                    edge = path[top]
                    gain[:] = 0
                    for k in range(nodes):
                        a, b = g_outer[edge, k], g_passed[edge, k]
                        for r in range(LANES):
                            gain[r] += (a * on_outer[top, r] + b * on[top, r]) * below[top, k, r]
                            below[top - 1, k, r] += below[top, k, r]
                    for r in range(LANES):
                        phi[player[s + edge], r] += gain[r]
                    top -= 1
                if u == size:
                    break
                _pass_split(
                    X,
                    first,
                    count,
                    s,
                    u,
                    level,
                    column,
                    threshold,
                    missing_left,
                    parent,
                    depth,
                    is_left,
                    outer,
                    on,
                    on_outer,
                )
                v = np.float32(value[s + u])
                for k in range(nodes):
                    none, c, d = r_none[u], r_outer[u, k], r_passed[u, k]
                    for r in range(LANES):
                        here = product[level - 1, k, r] * (none + c * on_outer[level, r] + d * on[level, r])
                        product[level, k, r] = here
                        below[level, k, r] = v * here  # v is 0 at splits
                path[level] = u
                top = level
            for p in range(out.shape[1]):
                for r in range(count):
                    out[first + r, p] += phi[p, r]


@numba.njit(nogil=True)
def _pass_split(  # type: ignore[no-untyped-def]
    X, first, count, s, u, level, column, threshold, missing_left, parent, depth, is_left, outer, on, on_outer
):
    """Sets on[level] and on_outer[level]: whether each row passes edge u, and the edges of the same player
    above it (1 or 0)."""
    node = s + parent[s + u]
    c, cut, left, missing = column[node], threshold[node], is_left[s + u], missing_left[node]
    above = outer[s + u]
    if above >= 0:
        on_outer[level] = on[depth[s + above]]
    else:
        on_outer[level] = 1
    for r in range(count):
        x = X[c, first + r]
        goes_left = missing if np.isnan(x) else x <= cut
        on[level, r] = on_outer[level, r] if goes_left == left else np.float32(0)
