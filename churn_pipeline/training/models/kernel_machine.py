"""A support vector machine with an RBF kernel, on the scale of log-odds, in one form for the exact machine
and its approximation."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics.pairwise import rbf_kernel

BLOCK_ROWS = 4_096
SMALLEST_EIGENVALUE = 1e-6


def landmarks_of(X: NDArray[np.float32], components: int, seed: int) -> NDArray[np.float32]:
    """The landmarks of the Nystroem approximation, components x n_features: the k-means centres of X, which
    has more rows than that. They depend on neither C, gamma nor the outcomes."""
    from sklearn.cluster import MiniBatchKMeans  # only fitting needs it

    clusters = MiniBatchKMeans(components, random_state=seed, n_init=1, max_iter=20, batch_size=2_048)
    centres: NDArray[np.float32] = clusters.fit(X).cluster_centers_
    return centres


class KernelMachine(ClassifierMixin, BaseEstimator):
    """f(x) = slope * (sum_i dual_coef_i exp(-gamma |x - support_vector_i|^2) + intercept) + offset.

    C: as in scikit-learn's SVC.
    gamma: as a multiple of 1 / (n_features x variance of X).
    components: 0 for the exact machine (SVC), else the number of landmarks of the Nystroem approximation
        (Williams & Seeger 2001), whose linear machine is folded back into one coefficient per landmark, so
        that both kinds have the same closed form.

    slope and offset (Platt 1999) make f a log-odds: they are 1 and 0 until `with_scale` sets them from
    predictions of rows that the machine was not fitted on."""

    def __init__(self, C: float = 1.0, gamma: float = 1.0, components: int = 0, seed: int = 42) -> None:
        self.C = C
        self.gamma = gamma
        self.components = components
        self.seed = seed

    def fit(
        self,
        X: NDArray[np.float32],
        y: NDArray[np.int8],
        sample_weight: NDArray[np.float64] | None = None,
        landmarks: NDArray[np.float32] | None = None,
    ) -> Self:
        """X: n_rows x n_features, prepared; y: 0 or 1; sample_weight: n_rows; landmarks: `landmarks_of` X
        where they are known already."""
        self.classes_ = np.array([0, 1])
        self.gamma_ = float(self.gamma / (X.shape[1] * max(float(X.var()), 1e-12)))
        if self.components and self.components < len(X):
            found = landmarks_of(X, self.components, self.seed) if landmarks is None else landmarks
            self._fit_landmarks(X, y, sample_weight, found)
        else:
            from churn_pipeline.training.models.accelerated import SVC  # only fitting needs it

            machine = SVC(C=self.C, kernel="rbf", gamma=self.gamma_, cache_size=400)
            machine.fit(X, y, sample_weight=sample_weight)
            self.support_vectors_ = np.ascontiguousarray(machine.support_vectors_, dtype=np.float32)
            self.dual_coef_ = np.asarray(machine.dual_coef_, dtype=np.float64).ravel()
            self.intercept_ = float(np.ravel(machine.intercept_)[0])
        return self.with_scale(1.0, 0.0)

    def with_scale(self, slope: float, offset: float) -> Self:
        """Sets the affine map from the margin to log-odds."""
        self.slope_, self.offset_ = float(slope), float(offset)
        return self

    def decision_function(self, X: NDArray[np.float32]) -> NDArray[np.float64]:
        """Log-odds of churning, n_rows."""
        blocks = [self._margin(X[start : start + BLOCK_ROWS]) for start in range(0, len(X), BLOCK_ROWS)]
        return self.slope_ * np.concatenate(blocks or [np.empty(0)]) + self.offset_

    def predict_proba(self, X: NDArray[np.float32]) -> NDArray[np.float64]:
        """Probabilities of staying and churning, n_rows x 2."""
        churn = 1 / (1 + np.exp(-self.decision_function(X)))
        return np.column_stack([1 - churn, churn])

    def predict(self, X: NDArray[np.float32]) -> NDArray[np.int64]:
        """0 or 1, n_rows."""
        return (self.decision_function(X) > 0).astype(np.int64)

    def _margin(self, X: NDArray[np.float32]) -> NDArray[np.float64]:
        # in double precision: large coefficients of opposite signs cancel, and single precision was measured
        # 7e-5 off
        return (
            rbf_kernel(X.astype(np.float64), self.support_vectors_, gamma=self.gamma_) @ self.dual_coef_
            + self.intercept_
        )

    def _fit_landmarks(
        self,
        X: NDArray[np.float32],
        y: NDArray[np.int8],
        sample_weight: NDArray[np.float64] | None,
        landmarks: NDArray[np.float32],
    ) -> None:
        """Nystroem features, a linear machine on them, and its weights carried back to the landmarks."""
        from churn_pipeline.training.models.squared_hinge import (
            squared_hinge_weights,
        )  # only fitting needs it

        values, vectors = np.linalg.eigh(
            rbf_kernel(landmarks, landmarks, gamma=self.gamma_).astype(np.float64)
        )
        root = vectors / np.sqrt(np.maximum(values, SMALLEST_EIGENVALUE))
        costs = np.full(len(y), self.C) if sample_weight is None else self.C * sample_weight
        weights, self.intercept_ = squared_hinge_weights(
            rbf_kernel(X, landmarks, gamma=self.gamma_) @ root, y, costs
        )
        self.support_vectors_ = np.ascontiguousarray(landmarks, dtype=np.float32)
        self.dual_coef_ = root @ weights

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags
