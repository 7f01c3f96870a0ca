"""What happens to the features before a model sees them: imputation, scale, and an expansion in splines.
Fitted on training rows only."""

from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri
from sklearn.base import BaseEstimator, TransformerMixin

Scale = Literal["none", "standard", "quantile_normal"]
QUANTILES = 501
QUANTILE_ROWS = 20_000  # evenly spaced rows that the quantiles are taken from
NORMAL_RANGE = (
    3.0  # quantile-normal values are clipped here: the outermost .1 % on either side count as equal
)
DEGREE = 3
BLOCK_ROWS = 1_024  # rows whose intermediate values stay in the processor's cache


class FeaturePreparation(TransformerMixin, BaseEstimator):
    """Imputes, scales and expands numeric features.

    Parameters: scale: 'none', 'standard' (mean 0, sd 1) or 'quantile_normal' (ranks mapped to a standard
        normal). knots: 0 for no expansion, else the number of knots of a cubic B-spline basis per feature, at
        quantiles, constant beyond the outermost ones.
    keep_nulls: pass nulls on as NaN, for models that split on them; otherwise the training median stands in,
        with a column beside it that says so.

    After fit: sources_ (int array, one entry per prepared column) is the position of the feature it comes
    from; medians_ (n_features)."""

    def __init__(self, scale: Scale = "none", knots: int = 0, keep_nulls: bool = False) -> None:
        self.scale = scale
        self.knots = knots
        self.keep_nulls = keep_nulls

    def fit(self, X: pd.DataFrame | NDArray[np.float64], y: Any = None) -> Self:
        """Learns medians, scales and knots from `X` (n_rows x n_features, numeric; nulls and infinities count
        as unknown)."""
        values = as_numbers(X)
        self.n_features_in_ = values.shape[1]
        unknown = np.isnan(values)
        empty = unknown.all(axis=0)
        self.medians_ = (
            np.zeros(values.shape[1])
            if self.keep_nulls
            else np.nanmedian(np.where(empty, 0.0, values), axis=0)
        )
        self.indicators_ = (
            np.empty(0, dtype=np.int64) if self.keep_nulls else np.flatnonzero(unknown.any(axis=0))
        )
        filled = self._filled(values)
        self._fit_scale(filled)
        width = 1
        if self.knots:
            self.knots_ = _extended_knots(self._scaled(filled), self.knots)
            width = (
                self.knots + DEGREE - 2
            )  # k knots carry k + 2 cubic B-splines that sum to 1: the first is left to the intercept
        self.sources_ = np.concatenate([np.repeat(np.arange(self.n_features_in_), width), self.indicators_])
        return self

    def transform(self, X: pd.DataFrame | NDArray[np.float64]) -> NDArray[np.float32]:
        """Prepared values, n_rows x len(sources_), float32."""
        values = as_numbers(X)
        missing = np.isnan(values[:, self.indicators_]).astype(np.float32)
        scaled = self._scaled(self._filled(values))
        if self.knots:
            scaled = cubic_splines(scaled, self.knots_)[:, :, 1:].reshape(
                len(scaled), self.n_features_in_ * (self.knots + DEGREE - 2)
            )
        return np.hstack([scaled, missing])

    def _filled(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return values if self.keep_nulls else np.where(np.isnan(values), self.medians_, values)

    def _fit_scale(self, filled: NDArray[np.float64]) -> None:
        if self.scale == "standard":
            self.means_, sd = filled.mean(axis=0), filled.std(axis=0)
            self.sds_ = np.where(sd > 0, sd, 1.0)
        elif self.scale == "quantile_normal":
            scores = [_normal_scores(column) for column in filled.T]
            self.lengths_ = np.array([len(x) for x, _ in scores])
            self.values_ = np.concatenate([x for x, _ in scores])
            self.scores_ = np.concatenate([z for _, z in scores])

    def _scaled(self, filled: NDArray[np.float64]) -> NDArray[np.float32]:
        if self.scale == "none":
            return filled.astype(np.float32)
        if self.scale == "standard":
            return ((filled - self.means_) / self.sds_).astype(np.float32)
        scaled = np.empty(filled.shape, dtype=np.float32)
        start = 0
        for j, length in enumerate(self.lengths_):
            scaled[:, j] = np.interp(
                filled[:, j], self.values_[start : start + length], self.scores_[start : start + length]
            )
            start += length
        return scaled


def as_numbers(X: pd.DataFrame | NDArray[np.float64]) -> NDArray[np.float64]:
    """Float64 values with infinities as NaN, n_rows x n_features."""
    values = np.asarray(X, dtype=np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def cubic_splines(values: NDArray[np.float32], knots: NDArray[np.float32]) -> NDArray[np.float32]:
    """All cubic B-splines of every feature, by the recursion of Cox and de Boor (1972).

    values: n_rows x n_features; knots: n_features x (k + 6), strictly increasing; result: n_rows x n_features
        x (k + 2), sums of 1. Values beyond the third knot from either end are drawn to it. Done for all
        features of a block of rows at once: scikit-learn's SplineTransformer goes feature by feature and
        takes ten times as long."""
    result = np.empty((*values.shape, knots.shape[1] - DEGREE - 1), dtype=np.float32)
    t = np.ascontiguousarray(knots.T)
    low, high = t[DEGREE], np.nextafter(t[-DEGREE - 1], np.float32(-np.inf))
    for start in range(0, len(values), BLOCK_ROWS):
        x = np.clip(values[start : start + BLOCK_ROWS], low, high)
        basis = [((x >= t[i]) & (x < t[i + 1])).astype(np.float32) for i in range(len(t) - 1)]
        for d in range(1, DEGREE + 1):
            up = [(x - t[i]) * (1 / (t[i + d] - t[i])) for i in range(len(t) - d)]
            basis = [up[i] * basis[i] + (1 - up[i + 1]) * basis[i + 1] for i in range(len(basis) - 1)]
        result[start : start + BLOCK_ROWS] = np.stack(basis, axis=2)
    return result


def _normal_scores(column: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points of the map from a feature to a standard normal: distinct quantiles and the normal quantile of
    their mean rank."""
    levels = np.linspace(0, 1, QUANTILES)
    values, position = np.unique(
        np.quantile(column[:: max(1, len(column) // QUANTILE_ROWS)], levels), return_inverse=True
    )
    rank = np.bincount(position, weights=levels) / np.bincount(position)
    return values, np.clip(ndtri(rank), -NORMAL_RANGE, NORMAL_RANGE)


def _extended_knots(scaled: NDArray[np.float32], knots: int) -> NDArray[np.float32]:
    """n_features x (knots + 6): knots at quantiles, three more on either side at the distance of the
    outermost two."""
    at = np.quantile(scaled, np.linspace(0, 1, knots), axis=0).T
    low, high = at[:, :1], np.where(at[:, -1:] > at[:, :1], at[:, -1:], at[:, :1] + 1.0)
    # Many equal values would make two knots one: a tenth of evenly spaced knots keeps them apart.
    inner = 0.9 * np.clip(at, low, high) + 0.1 * (low + (high - low) * np.linspace(0, 1, knots))
    before = inner[:, :1] - (inner[:, 1:2] - inner[:, :1]) * np.arange(DEGREE, 0, -1)
    after = inner[:, -1:] + (inner[:, -1:] - inner[:, -2:-1]) * np.arange(1, DEGREE + 1)
    return np.hstack([before, inner, after]).astype(np.float32)
