"""Shapley values of trees: those of shap.TreeExplainer, XGBoost and LightGBM."""

import numpy as np
import pytest
import shap
from lightgbm import LGBMClassifier
from sklearn.ensemble import RandomForestClassifier
from xgboost import DMatrix, XGBClassifier

from churn_pipeline.explain.shapley.flat_trees import flatten_trees
from churn_pipeline.explain.shapley.tree_arrays import forest_trees, lightgbm_trees, xgboost_trees
from churn_pipeline.explain.shapley.tree_shapley import tree_contributions


def fitted_forest(
    rng: np.random.Generator, rows: int = 400, columns: int = 6, **params: object
) -> tuple[RandomForestClassifier, np.ndarray]:
    X = rng.normal(size=(rows, columns)).astype(np.float32)
    y = (X[:, 0] + X[:, 1] * X[:, 2] + rng.normal(size=rows) > 0).astype(int)
    return RandomForestClassifier(n_estimators=12, random_state=0, **params).fit(X, y), X


@pytest.mark.parametrize(
    "params", [{"max_depth": 3}, {"max_depth": 12, "min_samples_leaf": 2}, {"max_depth": 1}]
)
def test_equals_shap(params: dict[str, int]) -> None:
    forest, X = fitted_forest(np.random.default_rng(1), **params)
    found = tree_contributions(flatten_trees(forest_trees(forest), np.arange(6)), X[:70], 6)
    expected = shap.TreeExplainer(forest).shap_values(X[:70])[:, :, 1]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_adds_up_to_the_probability_with_missing_values() -> None:
    rng = np.random.default_rng(2)
    X = rng.normal(size=(500, 5)).astype(np.float32)
    X[rng.random(X.shape) < 0.2] = np.nan
    y = (np.nan_to_num(X[:, 0]) > 0).astype(int)
    forest = RandomForestClassifier(20, max_depth=6, random_state=0).fit(X, y)
    trees = flatten_trees(forest_trees(forest), np.arange(5))
    values = tree_contributions(trees, X, 5)
    np.testing.assert_allclose(values.sum(axis=1) + trees.base, forest.predict_proba(X)[:, 1], atol=1e-5)
    assert np.abs(values[:, 0]).mean() > 5 * np.abs(values[:, 4]).mean()


def test_columns_of_one_feature_are_one_player() -> None:
    """With two columns as one player, the player's value is that of the game in which both are known or
    neither."""
    forest, X = fitted_forest(np.random.default_rng(3), max_depth=5, columns=3)
    grouped = flatten_trees(forest_trees(forest), np.array([0, 0, 1]))
    found = tree_contributions(grouped, X[:20], 2)
    np.testing.assert_allclose(
        found.sum(axis=1) + grouped.base, forest.predict_proba(X[:20])[:, 1], atol=1e-5
    )
    # Two players: the Shapley value is the mean of a player's contribution alone and its contribution last.
    # With all columns one
    # player, base and output are the only coalitions; with column 2 alone known, the rest of the paths is
    # averaged.
    whole = flatten_trees(forest_trees(forest), np.array([0, 0, 0]))
    np.testing.assert_allclose(
        tree_contributions(whole, X[:20], 1)[:, 0], forest.predict_proba(X[:20])[:, 1] - whole.base, atol=1e-5
    )
    only_second = _expected_given(forest, X[:20], known={2})
    full = forest.predict_proba(X[:20])[:, 1]
    without_second = _expected_given(forest, X[:20], known={0, 1})
    np.testing.assert_allclose(
        found[:, 1], ((only_second - grouped.base) + (full - without_second)) / 2, atol=1e-5
    )


def test_the_same_at_any_number_of_rows_and_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    forest, X = fitted_forest(np.random.default_rng(4), max_depth=6, rows=1200)
    trees = flatten_trees(forest_trees(forest), np.arange(6))
    whole = tree_contributions(trees, X, 6)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    np.testing.assert_array_equal(whole, tree_contributions(trees, X, 6))
    np.testing.assert_array_equal(whole[700:701], tree_contributions(trees, X[700:701], 6))


def _expected_given(forest: RandomForestClassifier, X: np.ndarray, known: set[int]) -> np.ndarray:
    """Path-dependent expectation of the probability, written the obvious way: recursion over each tree."""

    def descend(tree: object, node: int, row: np.ndarray) -> float:
        left, right = tree.children_left[node], tree.children_right[node]  # type: ignore[attr-defined]
        if left < 0:
            return float(tree.value[node, 0, 1] / tree.value[node, 0].sum())  # type: ignore[attr-defined]
        if tree.feature[node] in known:  # type: ignore[attr-defined]
            return descend(tree, left if row[tree.feature[node]] <= tree.threshold[node] else right, row)  # type: ignore[attr-defined]
        weight = tree.weighted_n_node_samples  # type: ignore[attr-defined]
        return float(
            weight[left] * descend(tree, left, row) + weight[right] * descend(tree, right, row)
        ) / float(weight[node])

    return np.array([np.mean([descend(e.tree_, 0, row) for e in forest.estimators_]) for row in X])


@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize("library", ["xgboost", "lightgbm"])
def test_equals_the_boosters_own_contributions(library: str, missing: float) -> None:
    rng = np.random.default_rng(5)
    X = rng.normal(size=(800, 7)).astype(np.float32)
    X[:, 3] = np.round(X[:, 3])  # thresholds that values meet
    y = (X[:, 0] + X[:, 1] * X[:, 3] + rng.normal(size=800) > 0).astype(int)
    X[rng.random(X.shape) < missing] = np.nan
    unseen = np.vstack([X, np.full((1, 7), np.nan, np.float32)])
    if library == "xgboost":
        model = XGBClassifier(n_estimators=30, max_depth=5, learning_rate=0.2, subsample=0.7).fit(X, y)
        trees = xgboost_trees(model.get_booster())
        expected = model.get_booster().predict(DMatrix(unseen), pred_contribs=True)
    else:
        model = LGBMClassifier(
            n_estimators=30, num_leaves=15, path_smooth=20, extra_trees=True, verbosity=-1
        ).fit(X, y)
        trees = lightgbm_trees(model.booster_)
        expected = model.predict(unseen, pred_contrib=True)
    flat = flatten_trees(trees, np.arange(7))
    np.testing.assert_allclose(tree_contributions(flat, unseen, 7), expected[:, :-1], atol=1e-5)


def test_a_booster_that_found_nothing_has_no_contributions() -> None:
    X = np.zeros((60, 2), np.float32)
    model = LGBMClassifier(n_estimators=3, verbosity=-1).fit(X, np.arange(60) % 2)
    flat = flatten_trees(lightgbm_trees(model.booster_), np.arange(2))
    np.testing.assert_array_equal(tree_contributions(flat, X, 2), 0)
    assert flat.base == pytest.approx(float(model.predict(X[:1], raw_score=True)[0]))
