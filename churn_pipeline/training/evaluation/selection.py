"""Which entrant becomes champion: the blend, unless another is clearly ahead of it on earlier origins."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_pipeline.core.settings import SelectionWeights
from churn_pipeline.training.evaluation.paired_losses import paired_difference
from churn_pipeline.training.evaluation.score_terms import ScoreTerms, scaled_terms, weighted_score
from churn_pipeline.training.search.blend import BLEND


@dataclass(frozen=True)
class Selection:
    """champion: the kind chosen; rows: per entrant its loss, its difference to the blend, its scaled terms
    and its score."""

    champion: str
    rows: dict[str, dict[str, float | bool]]


def choose_champion(
    losses: Mapping[str, NDArray[np.float64]],
    customers: pd.Series,
    cutoffs: pd.Series,
    terms: Mapping[str, ScoreTerms],
    weights: SelectionWeights,
) -> Selection:
    """Chooses among entrants on out-of-fold predictions alone.

    losses: kind -> loss of each training row, at each cutoff's best intercept; customers, cutoffs: of those
        rows; terms: of the score. The blend wins unless an entrant's mean paired loss is lower by more than
        one standard error (by customer), with the same sign at most origins. The score orders those that beat
        it, or all where there is no blend; equal scores go to the lower loss."""
    means = {kind: float(v.mean()) for kind, v in losses.items()}
    scaled = scaled_terms(terms, customers)
    score = {kind: weighted_score(scaled[kind], weights) for kind in losses}
    rows: dict[str, dict[str, float | bool]] = {
        kind: {
            "out_of_fold_log_loss": means[kind],
            "score": score[kind],
            **{f"{t}_scaled": v for t, v in scaled[kind].items()},
        }
        for kind in losses
    }
    able = list(losses)
    if BLEND in losses:
        ahead = {
            kind: paired_difference(v, losses[BLEND], customers, cutoffs)
            for kind, v in losses.items()
            if kind != BLEND
        }
        for kind, difference in ahead.items():
            shown = {
                "less_blend": difference.mean,
                "less_blend_error": difference.error,
                "origins_ahead_of_blend": difference.origins_ahead,
            }
            rows[kind] |= {**shown, "beats_blend": difference.clearly_lower}
        able = [kind for kind, difference in ahead.items() if difference.clearly_lower] or [BLEND]
    champion = min(able, key=lambda kind: (-round(score[kind], 9), means[kind]))
    return Selection(champion, rows)
