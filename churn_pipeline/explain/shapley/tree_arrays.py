"""The trees of scikit-learn's forests, XGBoost and LightGBM in one form: arrays over a tree's nodes.

XGBoost and LightGBM bring a TreeSHAP of their own, but run it leaf by leaf: the kernel of tree_shapley.py
gives the same values several times faster."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

NO_CHILD = -1
MISSING_IS_NAN = 2  # LightGBM's decision_type, bits 2-3
GOES_LEFT = 2  # LightGBM's decision_type, bit 1: where a missing value goes


@dataclass(frozen=True)
class TreeArrays:
    """One tree, its root first. left and right are NO_CHILD at leaves; a value <= threshold goes left, NaN
    where missing_left says."""

    left: np.ndarray  # int (nodes,)
    right: np.ndarray  # int (nodes,)
    column: np.ndarray  # int (nodes,): column that the node splits on
    threshold: np.ndarray  # float64 (nodes,)
    missing_left: np.ndarray  # bool (nodes,)
    value: np.ndarray  # float64 (nodes,): output of a leaf
    cover: np.ndarray  # float64 (nodes,): training rows, or their weight, that reached the node


def forest_trees(forest: Any) -> list[TreeArrays]:
    """Trees of a RandomForestClassifier (or ExtraTrees) of two classes; their sum is the mean probability of
    the second class."""
    trees = [estimator.tree_ for estimator in forest.estimators_]
    return [
        TreeArrays(
            left=tree.children_left,
            right=tree.children_right,
            column=tree.feature,
            threshold=tree.threshold.astype(np.float64),
            missing_left=np.asarray(getattr(tree, "missing_go_to_left", np.zeros(tree.node_count)), bool),
            value=_positive_share(tree) / len(trees),
            cover=tree.weighted_n_node_samples,
        )
        for tree in trees
    ]


def _positive_share(tree: Any) -> np.ndarray:
    """P(second class) at each node; scikit-learn keeps class fractions in `value`, older and accelerated
    builds keep weighted counts."""
    votes = tree.value[:, 0, :]
    return votes[:, 1] / np.maximum(votes.sum(axis=1), np.finfo(float).tiny)


def xgboost_trees(booster: Any) -> list[TreeArrays]:
    """Trees of an xgboost.Booster without categorical splits; their sum and the base score are its margin.

    XGBoost sends x < threshold to the left, which in its 32-bit floats is x <= the number before threshold.
    Cover: sum of the hessians."""
    model = json.loads(bytes(booster.save_raw("json")))["learner"]["gradient_booster"]["model"]
    return [_xgboost_tree(tree) for tree in model["trees"]]


def _xgboost_tree(tree: dict[str, Any]) -> TreeArrays:
    left = np.array(tree["left_children"])
    condition = np.array(tree["split_conditions"], np.float32)
    return TreeArrays(
        left=left,
        right=np.array(tree["right_children"]),
        column=np.array(tree["split_indices"]),
        threshold=np.nextafter(condition, np.float32(-np.inf)).astype(np.float64),
        missing_left=np.array(tree["default_left"], bool),
        value=np.where(left == NO_CHILD, condition, 0).astype(np.float64),
        cover=np.array(tree["sum_hessian"], np.float64),
    )


def lightgbm_trees(booster: Any) -> list[TreeArrays]:
    """Trees of a lightgbm.Booster without categorical splits; their sum is its raw score. Cover: training
    rows."""
    blocks = booster.model_to_string().split("\nTree=")[1:]
    return [
        _lightgbm_tree(dict(line.split("=", 1) for line in block.splitlines() if "=" in line))
        for block in blocks
    ]


def _lightgbm_tree(text: dict[str, str]) -> TreeArrays:
    """LightGBM numbers splits 0, 1, ... and leaves -1, -2, ...; here the leaves follow the splits."""

    def numbers(name: str, kind: type = float) -> np.ndarray:
        return np.array(text.get(name, "").split(), dtype=kind)

    splits = len(numbers("split_feature")) if text["num_leaves"] != "1" else 0
    leaves = int(text["num_leaves"])
    decision, threshold = numbers("decision_type", int)[:splits], numbers("threshold")[:splits]
    own = (decision >> 2) & 3 == MISSING_IS_NAN
    missing_left = np.where(
        own, decision & GOES_LEFT > 0, threshold >= 0
    )  # no missing value was seen in training: it counts as 0
    padding = np.full(leaves, NO_CHILD)

    def children(side: str) -> np.ndarray:
        child = numbers(side, int)[:splits]
        return np.concatenate([np.where(child >= 0, child, splits - 1 - child), padding]).astype(np.int64)

    return TreeArrays(
        left=children("left_child"),
        right=children("right_child"),
        column=np.concatenate([numbers("split_feature", int)[:splits], padding]).astype(np.int64),
        threshold=np.concatenate([threshold, np.zeros(leaves)]),
        missing_left=np.concatenate([missing_left, np.zeros(leaves)]).astype(bool),
        value=np.concatenate([np.zeros(splits), numbers("leaf_value")[:leaves]]),
        cover=np.concatenate(
            [numbers("internal_count")[:splits], numbers("leaf_count")[:leaves] if splits else np.ones(1)]
        ),
    )
