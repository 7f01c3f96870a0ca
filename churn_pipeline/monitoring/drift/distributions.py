"""How far two samples of one number are apart: the population stability index, and a classifier that tries to
tell them apart."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, rankdata
from sklearn import config_context
from sklearn.model_selection import StratifiedKFold
from sklearn.tree import DecisionTreeClassifier

BINS = 10
CLASSIFIER_ROWS = 2_000
FOLDS = 3
CHANCE = 0.001


def stability_index(reference: NDArray[np.float64], current: NDArray[np.float64], bins: int = BINS) -> float:
    """PSI of `current` against `reference`, both n: sum of (q - p) ln(q / p) over the reference's tenths, and
    missing values as one more.

    Half a row is added to every bin, so that an empty one does not make it infinite. Usual reading: above .1
    moved, above .25 drifted."""
    edges = _edges(reference, bins)
    p, q = _shares(reference, edges), _shares(current, edges)
    return float(np.sum((q - p) * np.log(q / p)))


def stability_noise(reference_rows: int, current_rows: int, bins: int = BINS, tests: int = 1) -> float:
    """The PSI that two samples of one distribution exceed with probability .001 in any of `tests` tests
    (Yurdakul 2018).

    Under no change PSI is distributed as chi-squared with bins - 1 degrees of freedom, times (1/n + 1/m).
    """
    return float(
        chi2.ppf(1 - CHANCE / tests, bins - 1) * (1 / max(reference_rows, 1) + 1 / max(current_rows, 1))
    )


def told_apart(reference: NDArray[np.float64], current: NDArray[np.float64], seed: int) -> float:
    """Out-of-fold ROC-AUC of a small decision tree that tells `current` from `reference`, both n: .5 where
    they are alike.

    It sees changes of shape that PSI's tenths miss. Fewer than three rows on a side cannot be told apart: .5.
    """
    drawn = _drawn(len(reference), len(current), seed)
    sides = [v if rows is None else v[rows] for v, rows in zip((reference, current), drawn, strict=True)]
    if min(map(len, sides)) < 3:
        return 0.5
    x = np.concatenate(sides)[:, None].astype(np.float32)  # as trees take it
    y = np.repeat([0, 1], [len(side) for side in sides])
    tree = DecisionTreeClassifier(max_depth=3, min_samples_leaf=max(5, len(x) // 100), random_state=seed)
    folds, p = _folds(*map(len, sides), seed), np.empty(len(y))
    # Hundreds of small trees a scoring: most of their time would go into checks of what is known here.
    check = bool(np.isnan(x).any())  # a tree looks for missing values only while it checks
    with config_context(assume_finite=True, skip_parameter_validation=True):
        for fold in range(FOLDS):
            held_out = folds == fold
            tree.fit(x[~held_out], y[~held_out], _balanced(y[~held_out]), check_input=check)
            p[held_out] = tree.predict_proba(x[held_out], check_input=check)[:, 1]
    positives = len(sides[1])
    return float((rankdata(p)[y == 1].sum() - positives * (positives + 1) / 2) / (positives * len(sides[0])))


def _balanced(y: NDArray[np.int_]) -> NDArray[np.float64]:
    """Weights at which both sides weigh the same."""
    weights: NDArray[np.float64] = (len(y) / (2 * np.bincount(y)))[y]
    return weights


@lru_cache(maxsize=16)
def _drawn(reference_rows: int, current_rows: int, seed: int) -> tuple[NDArray[np.int64] | None, ...]:
    """Positions of the rows that stand for each side, None: all; the same for every feature."""
    rng = np.random.default_rng(seed)
    return tuple(
        rng.choice(rows, CLASSIFIER_ROWS, replace=False) if rows > CLASSIFIER_ROWS else None
        for rows in (reference_rows, current_rows)
    )


@lru_cache(maxsize=16)
def _folds(reference_rows: int, current_rows: int, seed: int) -> NDArray[np.int8]:
    """Fold of each row, the reference's first; the same for every feature."""
    folds = np.empty(reference_rows + current_rows, np.int8)
    y = np.repeat([0, 1], [reference_rows, current_rows])
    for fold, (_, held_out) in enumerate(StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(y, y)):
        folds[held_out] = fold
    return folds


def _edges(values: NDArray[np.float64], bins: int) -> NDArray[np.float64]:
    known = values[~np.isnan(values)]
    return np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1])) if len(known) else np.array([])


def _shares(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the values in each bin; the last bin holds the missing ones."""
    bins = np.where(np.isnan(values), len(edges) + 1, np.searchsorted(edges, values, side="left"))
    counts = np.bincount(bins, minlength=len(edges) + 2) + 0.5
    return np.asarray(counts / counts.sum(), dtype=np.float64)
