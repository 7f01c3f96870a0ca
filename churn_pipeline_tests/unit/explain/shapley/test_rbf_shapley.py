"""The RBF machine's Shapley values against shap and against the definition, subset by subset."""

from itertools import combinations, product
from math import factorial

import numpy as np
import pytest
import shap

from churn_pipeline.explain.shapley.rbf_shapley import RbfExpansion, rbf_contributions


def expansion(
    rng: np.random.Generator, centres: int = 30, columns: int = 4, gamma: float = 0.3
) -> RbfExpansion:
    return RbfExpansion(rng.normal(size=(centres, columns)), rng.normal(size=centres), gamma, 0.7)


def test_equals_shap_for_one_background_row() -> None:
    rng = np.random.default_rng(1)
    f = expansion(rng)
    X, background = rng.normal(size=(9, 4)), rng.normal(size=(1, 4))
    found, base = rbf_contributions(f, X, background, np.arange(4))
    expected = shap.ExactExplainer(f.output, shap.maskers.Independent(background))(X)
    np.testing.assert_allclose(found, expected.values, atol=1e-9)
    assert base == pytest.approx(float(f.output(background)[0]), abs=1e-9)


def test_equals_shap_for_independent_features() -> None:
    """Features drawn independently from two rows are the rows of their full product."""
    rng = np.random.default_rng(2)
    f = expansion(rng)
    X, background = rng.normal(size=(5, 4)), rng.normal(size=(2, 4))
    mixed = np.array(list(product(*background.T)))
    found, base = rbf_contributions(f, X, background, np.arange(4))
    expected = shap.ExactExplainer(f.output, shap.maskers.Independent(mixed, max_samples=len(mixed)))(X)
    np.testing.assert_allclose(found, expected.values, atol=1e-9)
    assert base == pytest.approx(float(f.output(mixed).mean()), abs=1e-9)


def test_columns_of_one_feature_are_one_player() -> None:
    rng = np.random.default_rng(3)
    f = expansion(rng)
    x, z = rng.normal(size=(1, 4)), rng.normal(size=(1, 4))
    players = np.array([1, 0, 1, 2])
    found, _ = rbf_contributions(f, x, z, players)

    def worth(known: tuple[int, ...]) -> float:
        return float(f.output(np.where(np.isin(players, known), x, z))[0])

    for player in range(3):
        others = [p for p in range(3) if p != player]
        expected = sum(
            factorial(size) * factorial(2 - size) / factorial(3) * (worth((*s, player)) - worth(s))
            for size in range(3)
            for s in combinations(others, size)
        )
        assert found[0, player] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("gamma", [0.003, 0.03, 0.3])
def test_adds_up_with_forty_features(gamma: float) -> None:
    rng = np.random.default_rng(4)
    f = expansion(rng, centres=300, columns=40, gamma=gamma)
    X = rng.normal(size=(130, 40))
    found, base = rbf_contributions(f, X, X, np.arange(40))
    np.testing.assert_allclose(found.sum(axis=1) + base, f.output(X), atol=1e-6)


def test_a_row_is_explained_alike_alone_and_among_others() -> None:
    rng = np.random.default_rng(5)
    f, X = expansion(rng), rng.normal(size=(200, 4))
    whole, _ = rbf_contributions(f, X, X[:50], np.arange(4))
    alone, _ = rbf_contributions(f, X[150:151], X[:50], np.arange(4))
    np.testing.assert_allclose(whole[150:151], alone, atol=1e-12)
