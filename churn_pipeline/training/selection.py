"""Which candidate becomes champion: as good as the best within chance, then the shop's weighted score."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_pipeline.settings import SelectionWeights
from churn_pipeline.training.metrics import customer_mean

TERMS = ("f1", "recall", "roi", "stability", "speed")


@dataclass(frozen=True)
class Selection:
    """champion: the kind chosen; rows: per candidate its loss, whether it is within one standard error, its terms and its score."""

    champion: str
    rows: dict[str, dict[str, float | bool]]


def choose_champion(
    losses: Mapping[str, NDArray[np.float64]], customers: pd.Series, terms: Mapping[str, Mapping[str, float]], weights: SelectionWeights
) -> Selection:
    """Chooses among candidates on out-of-fold predictions alone.

    losses: kind -> log loss of each training row; customers: of those rows; terms: kind -> the raw f1, recall, roi, stability and
    speed, more
    being better. Only candidates whose loss is within one standard error of the best (of the paired difference, by customer) are
    scored on
    the terms, each scaled 0-1 across all candidates; equal scores go to the lower loss.
    """
    means = {kind: float(v.mean()) for kind, v in losses.items()}
    best = min(means, key=lambda kind: means[kind])
    within = {}
    for kind, values in losses.items():
        difference, error = customer_mean(values - losses[best], customers)
        within[kind] = kind == best or difference <= error
    scaled = {term: _scaled({kind: float(terms[kind][term]) for kind in losses}) for term in TERMS}
    score = {kind: sum(getattr(weights, term) * scaled[term][kind] for term in TERMS) for kind in losses}
    champion = min((kind for kind in losses if within[kind]), key=lambda kind: (-round(score[kind], 9), means[kind]))
    rows: dict[str, dict[str, float | bool]] = {
        kind: {
            "out_of_fold_log_loss": means[kind],
            "within_one_standard_error": within[kind],
            "score": score[kind],
            **{f"{t}_scaled": scaled[t][kind] for t in TERMS},
        }
        for kind in losses
    }
    return Selection(champion, rows)


def _scaled(values: Mapping[str, float]) -> dict[str, float]:
    """0 for the worst and 1 for the best; 1 for all where they are equal."""
    low, high = min(values.values()), max(values.values())
    return {kind: (v - low) / (high - low) if high > low else 1.0 for kind, v in values.items()}
