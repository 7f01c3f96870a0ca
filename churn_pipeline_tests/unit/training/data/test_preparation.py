"""Preparation, feature selection and the kernel machine against independent computations."""

import numpy as np
import pandas as pd
from scipy.interpolate import BSpline
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.svm import SVC

from churn_pipeline.training.data.feature_selection import FeatureSelection, select_features, steady_features
from churn_pipeline.training.data.preparation import FeaturePreparation, cubic_splines
from churn_pipeline.training.models.kernel_machine import KernelMachine


def test_splines_are_scipys():
    rng = np.random.default_rng(0)
    knots = np.sort(rng.normal(size=(2, 10)), axis=1).astype(np.float32)
    x = np.column_stack([rng.uniform(k[3], k[-4], 200) for k in knots]).astype(np.float32)
    ours = cubic_splines(x, knots)
    for j in range(2):
        theirs = BSpline.design_matrix(x[:, j].astype(float), knots[j].astype(float), 3).toarray()
        np.testing.assert_allclose(ours[:, j], theirs, atol=1e-4)


def test_nulls_and_infinities_become_the_median_with_a_column_that_says_so():
    X = pd.DataFrame({"a": [1.0, 2.0, np.nan, 4.0], "b": [1.0, np.inf, 3.0, 5.0], "c": [1.0, 2.0, 3.0, 4.0]})
    prepared = FeaturePreparation("none").fit(X)
    Z = prepared.transform(X)
    assert Z[2, 0] == 2.0 and Z[1, 1] == 3.0
    assert prepared.sources_.tolist() == [0, 1, 2, 0, 1]
    np.testing.assert_array_equal(Z[:, 3], [0, 0, 1, 0])


def test_quantile_normal_keeps_order_and_bounds_new_values():
    x = np.random.default_rng(0).gamma(1.0, size=(500, 1))
    prepared = FeaturePreparation("quantile_normal").fit(x)
    Z = prepared.transform(np.array([[-5.0], [0.5], [1.0], [1e9]]))[:, 0]
    assert (np.diff(Z) > 0).all() and np.abs(Z).max() <= 3


def test_constant_and_all_null_features_do_no_harm():
    X = np.column_stack([np.full(50, 7.0), np.full(50, np.nan), np.arange(50.0)])
    Z = FeaturePreparation("quantile_normal", knots=4).fit(X).transform(X)
    assert np.isfinite(Z).all()


def test_selection_names_what_went_and_why():
    rng = np.random.default_rng(1)
    a = rng.normal(size=400)
    rows = pd.DataFrame(
        {"a": a, "copy": np.exp(a), "empty": np.nan, "constant": 1.0, "b": rng.normal(size=400)}
    )
    selection = select_features(rows, list(rows.columns))
    assert selection.kept == ["a", "b"]
    assert set(selection.dropped) == {"copy", "empty", "constant"} and "with a" in selection.dropped["copy"]


def test_the_exact_machine_is_scikit_learns():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(300, 4)).astype(np.float32)
    y = (X[:, 0] * X[:, 1] + rng.normal(0, 0.3, 300) > 0).astype(np.int8)
    ours = KernelMachine(C=1.0, gamma=0.5).fit(X, y)
    theirs = SVC(C=1.0, gamma=ours.gamma_, tol=1e-5).fit(X, y)
    np.testing.assert_allclose(ours.decision_function(X), theirs.decision_function(X), atol=0.02)


def test_landmarks_have_the_closed_form():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(600, 3)).astype(np.float32)
    y = ((X**2).sum(axis=1) > 3).astype(np.int8)
    machine = KernelMachine(C=1.0, gamma=1.0, components=60).fit(X, y).with_scale(2.0, -1.0)
    X, landmarks = X.astype(np.float64), machine.support_vectors_.astype(np.float64)
    margin = rbf_kernel(X, landmarks, gamma=machine.gamma_) @ machine.dual_coef_ + machine.intercept_
    np.testing.assert_allclose(machine.decision_function(X), 2 * margin - 1, atol=1e-9)
    assert (machine.predict(X) == y).mean() > 0.85


def test_what_drifts_with_the_calendar_goes_but_never_everything():
    rng = np.random.default_rng(3)
    cutoff = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.repeat(np.arange(8) * 15, 300), unit="D")
    age = (cutoff - cutoff[0]).days.to_numpy() + rng.uniform(0, 20, 2_400)
    rows = pd.DataFrame({"cutoff": cutoff, "age": age, "steady": rng.normal(size=2_400)})
    rows = rows.assign(**{f"noise_{k}": rng.normal(size=2_400) for k in range(8)})
    names = [c for c in rows if c != "cutoff"]
    selection = steady_features(rows, FeatureSelection(names, {}), 0.65)
    assert set(names) - set(selection.kept) == {"age"} and "AUC 1.00" in selection.dropped["age"]
    growing = rows[["cutoff"]].assign(**{f"age_{k}": age + k for k in range(12)})
    assert (
        len(steady_features(growing, FeatureSelection([f"age_{k}" for k in range(12)], {}), 0.65).kept) == 8
    )
    assert steady_features(rows.iloc[::20], FeatureSelection(names, {}), 0.65).kept == names
