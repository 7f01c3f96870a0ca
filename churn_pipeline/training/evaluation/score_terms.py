"""The terms of the specification's score, each measured in its own standard error.

Scaled between the best and the worst entrant, a gap of .0003 in F1 would span 0 to 1 and the winner would be
drawn by lot. So a term is 1 for the best and for all who are within one standard error of it, and falls to 0
over the next SPAN standard errors."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_pipeline.core.settings import SelectionWeights
from churn_pipeline.training.evaluation.metrics import row_losses

RATIOS = ("f1", "recall", "roi")
TERMS = (*RATIOS, "stability", "speed")
SPAN = 3.0


@dataclass(frozen=True)
class Ratio:
    """A measure that is a ratio of two sums over rows: its value, and what each row adds to it (its
    influence), n."""

    value: float
    influence: NDArray[np.float64]


@dataclass(frozen=True)
class ScoreTerms:
    """An entrant's terms. ratios: f1, recall and roi; fold_losses: mean log loss of each fold; seconds: of
    its training."""

    ratios: dict[str, Ratio]
    fold_losses: NDArray[np.float64]
    seconds: float

    def values(self) -> dict[str, float]:
        """The raw terms, more being better."""
        ratios = {name: ratio.value for name, ratio in self.ratios.items()}
        return {**ratios, "stability": -float(self.fold_losses.std(ddof=1)), "speed": -self.seconds}


def score_terms(
    y: NDArray[np.int8],
    p: NDArray[np.float64],
    threshold: float,
    fold: NDArray[np.int8],
    profits: NDArray[np.float64],
    fixed_cost: float,
    seconds: float,
) -> ScoreTerms:
    """The terms of out-of-fold probabilities p at a threshold. profits: of contacting each row's customer,
    currency; roi is the share of what perfect foresight would earn."""
    churned, named = y.astype(np.float64), (p >= threshold).astype(np.float64)
    foresight = np.maximum(profits, 0)
    ratios = {
        "f1": _ratio(2 * churned * named, churned + named),
        "recall": _ratio(churned * named, churned),
        "roi": _ratio(profits * named, foresight, -fixed_cost),
    }
    losses = np.array([row_losses(y[fold == k], p[fold == k]).mean() for k in np.unique(fold)])
    return ScoreTerms(ratios, losses, seconds)


def scaled_terms(terms: Mapping[str, ScoreTerms], customers: pd.Series) -> dict[str, dict[str, float]]:
    """entrant -> term -> 0 to 1. customers: of the rows that the ratios were measured on; they, not rows, are
    the independent units."""
    codes, _ = pd.factorize(customers)
    scaled: dict[str, dict[str, float]] = {name: {} for name in terms}
    raw = {name: own.values() for name, own in terms.items()}
    for term in TERMS:
        best = max(terms, key=lambda name: raw[name][term])
        for name, own in terms.items():
            if term == "speed":
                scaled[name][term] = terms[best].seconds / own.seconds if own.seconds > 0 else 1.0
                continue
            gap = raw[best][term] - raw[name][term]
            error = (
                _ratio_error(own, terms[best], term, codes)
                if term in RATIOS
                else _spread_error(own, terms[best])
            )
            scaled[name][term] = _share(gap, error)
    return scaled


def weighted_score(scaled: Mapping[str, float], weights: SelectionWeights) -> float:
    """The specification's score of scaled terms, 0 to the sum of the weights."""
    return sum(float(getattr(weights, term)) * scaled[term] for term in TERMS)


def _ratio(above: NDArray[np.float64], below: NDArray[np.float64], constant: float = 0.0) -> Ratio:
    """constant: added to both sums. A ratio to nothing is 0."""
    total = float(below.sum()) + constant
    if total <= 0:
        return Ratio(0.0, np.zeros(len(above)))
    value = (float(above.sum()) + constant) / total
    return Ratio(value, (above - value * below) / total)


def _ratio_error(own: ScoreTerms, best: ScoreTerms, term: str, codes: NDArray[np.int64]) -> float:
    """Standard error of the difference of two ratios by linearisation, customers being drawn."""
    difference = own.ratios[term].influence - best.ratios[term].influence
    return float(np.sqrt((np.bincount(codes, weights=difference) ** 2).sum()))


def _spread_error(own: ScoreTerms, best: ScoreTerms) -> float:
    """Standard error of the difference of two spreads over the same folds, by leaving out one fold at a time
    (jackknife)."""
    folds = len(own.fold_losses)
    if folds < 3:
        return float("inf")
    left = np.array(
        [
            np.delete(own.fold_losses, k).std(ddof=1) - np.delete(best.fold_losses, k).std(ddof=1)
            for k in range(folds)
        ]
    )
    return float(np.sqrt((folds - 1) / folds * ((left - left.mean()) ** 2).sum()))


def _share(gap: float, error: float) -> float:
    if gap <= error:
        return 1.0
    return float(max(0.0, 1 - (gap / error - 1) / SPAN)) if error > 0 else 0.0
