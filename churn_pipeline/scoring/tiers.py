"""Risk tiers of probabilities: high above one limit, medium above another, low otherwise.

The limits are the shop's (0.7 and 0.4 unless it says otherwise), or relative to its own churn rate where it has chosen that.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from churn_pipeline.shops import Tiers

HIGH, MEDIUM, LOW = "high", "medium", "low"


def expected_rate(probability: ArrayLike) -> float:
    """Mean churn probability of the scored customers, missing ones left out; kept off 0 and 1, and 0.5 where nobody is scored."""
    known = np.asarray(probability, np.float64)
    known = known[~np.isnan(known)]
    return float(np.clip(known.mean(), 1e-6, 1 - 1e-6)) if len(known) else 0.5


def relative_limits(rate: float, tiers: Tiers) -> tuple[float, float]:
    """(high, medium): the probabilities at relative_*_odds times the odds of `rate`. Odds leave room above any rate."""
    odds = rate / (1 - rate)
    high, medium = tiers.relative_high_odds * odds, tiers.relative_medium_odds * odds
    return high / (1 + high), medium / (1 + medium)


def tiers_in_use(tiers: Tiers, probability: ArrayLike) -> Tiers:
    """Tiers whose two limits hold for a shop with these probabilities: the relative ones where the shop has chosen them."""
    if not tiers.relative:
        return tiers
    high, medium = relative_limits(expected_rate(probability), tiers)
    return tiers.model_copy(update={"high": high, "medium": medium, "relative": False})


def risk_tiers(probability: pd.Series, tiers: Tiers) -> pd.Series:
    """Tier of each probability, null where the probability is; a probability on a limit belongs to the lower tier."""
    known = np.select([probability > tiers.high, probability > tiers.medium], [HIGH, MEDIUM], LOW)
    return pd.Series(known, index=probability.index, dtype=object).where(probability.notna(), None)


def risk_tier(probability: float, tiers: Tiers) -> str:
    """Tier of one probability."""
    return HIGH if probability > tiers.high else MEDIUM if probability > tiers.medium else LOW
