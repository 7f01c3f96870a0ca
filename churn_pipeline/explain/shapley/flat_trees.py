"""Trees as flat arrays, ready for the Shapley kernel: nodes in preorder, edges with their players' odds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from churn_pipeline.explain.shapley.tree_arrays import NO_CHILD, TreeArrays

NO_EDGE = -1
LEAF = -1
LEAST_SHARE = 1e-9  # of a branch that no training row took: keeps the ratios of the kernel finite


@dataclass(frozen=True)
class FlatTrees:
    """Trees one after another, each in preorder with its root first. A node stands for the edge that leads to
    it from its parent.

    Indices `parent` and `outer` count from the start of the node's tree. The player of an edge is the feature
    that its split belongs to (several columns, such as a value and its missing-indicator, can belong to one).
    `outer` is the next edge above with the same player, NO_EDGE where there is none: a player that splits
    twice on a path is still one player, whose odds are those of all its splits."""

    column: np.ndarray  # int32: column that the node splits on, LEAF for leaves
    threshold: np.ndarray  # float64: values <= threshold go left
    missing_left: np.ndarray  # bool: NaN goes left
    parent: np.ndarray  # int32
    depth: np.ndarray  # int32: 0 for the root
    is_left: np.ndarray  # bool: the node is its parent's left child
    player: np.ndarray  # int32: player of the edge, NO_EDGE for the root
    outer: np.ndarray  # int32
    # float64: product of the cover ratios of the player's edges down to here, its odds of passing when
    # unknown
    share: np.ndarray
    value: np.ndarray  # float64: output of a leaf, 0 elsewhere
    start: np.ndarray  # int64, trees + 1: where each tree begins
    base: float  # expected output when no player is known
    players_on_a_path: int  # the most different players on any path


def flatten_trees(trees: Sequence[TreeArrays], player_of_column: np.ndarray) -> FlatTrees:
    """Flattens trees whose outputs add up. player_of_column: int array, one entry per column that they were
    fitted on."""
    parts = [_flatten_tree(tree, player_of_column) for tree in trees]
    arrays = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    most = int(arrays.pop("distinct").max())
    start = np.concatenate([[0], np.cumsum([len(tree.left) for tree in trees])]).astype(np.int64)
    return FlatTrees(
        **arrays,
        start=start,
        base=float(sum(_expected_value(tree) for tree in trees)),
        players_on_a_path=most,
    )


def _expected_value(tree: TreeArrays) -> float:
    leaf = tree.left == NO_CHILD
    return float((tree.value[leaf] * tree.cover[leaf]).sum() / tree.cover[0])


def _flatten_tree(tree: TreeArrays, player_of_column: np.ndarray) -> dict[str, np.ndarray]:
    order, parent, depth, is_left, outer, distinct = _walk(tree, player_of_column)
    splits = tree.left[order] != NO_CHILD
    column = np.where(splits, tree.column[order], LEAF)
    player = np.where(parent >= 0, player_of_column[column[np.maximum(parent, 0)]], NO_EDGE)
    return {
        "column": column.astype(np.int32),
        "threshold": tree.threshold[order].astype(np.float64),
        "missing_left": tree.missing_left[order],
        "parent": parent,
        "depth": depth,
        "is_left": is_left,
        "player": player.astype(np.int32),
        "outer": outer,
        "share": _shares(tree.cover[order], parent, outer),
        "value": np.where(splits, 0.0, tree.value[order]),
        "distinct": distinct,
    }


def _shares(cover: np.ndarray, parent: np.ndarray, outer: np.ndarray) -> np.ndarray:
    """Product of the cover ratios of each edge's player down to it; nodes in preorder."""
    ratio = cover / np.maximum(cover[np.maximum(parent, 0)], np.finfo(float).tiny)
    share = ratio.tolist()
    for node, above in enumerate(outer.tolist()):
        if above != NO_EDGE:
            share[node] *= share[above]
    return np.maximum(share, LEAST_SHARE)


def _walk(tree: TreeArrays, player_of_column: np.ndarray) -> Sequence[np.ndarray]:
    """Preorder of a tree: original node, parent, depth, left child?, outer edge and number of different
    players so far, per node."""
    left, right, column = tree.left.tolist(), tree.right.tolist(), tree.column.tolist()
    players = player_of_column.tolist()
    order: list[int] = []
    rows: list[tuple[int, int, bool, int, int]] = []
    stack: list[tuple[int, int, int, bool, dict[int, int]]] = [(0, NO_EDGE, 0, False, {})]
    while stack:
        node, above, depth, is_left, last_edge = stack.pop()
        here, outer = len(order), NO_EDGE
        if above != NO_EDGE:
            player = players[column[order[above]]]
            outer = last_edge.get(player, NO_EDGE)
            last_edge = {**last_edge, player: here}
        order.append(node)
        rows.append((above, depth, is_left, outer, len(last_edge)))
        if left[node] != NO_CHILD:
            stack.append((right[node], here, depth + 1, False, last_edge))
            stack.append((left[node], here, depth + 1, True, last_edge))
    above_, depth_, is_left_, outer_, distinct_ = zip(*rows, strict=True)
    return (
        np.array(order),
        np.array(above_, np.int32),
        np.array(depth_, np.int32),
        np.array(is_left_, np.bool_),
        np.array(outer_, np.int32),
        np.array(distinct_, np.int32),
    )
