"""Risk tiers of probabilities: high above one limit, medium above another, low otherwise.

The limits are the shop's (0.7 and 0.4 unless it says otherwise), or relative to its own churn rate where it
has chosen that."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from churn_pipeline.core.enums import Tier
from churn_pipeline.shop.config import Tiers


def expected_rate(probability: ArrayLike) -> float:
    """Mean churn probability of the scored customers, missing ones left out; kept off 0 and 1, and 0.5 where
    nobody is scored."""
    all_of_them = np.asarray(probability, np.float64)
    scored = all_of_them[~np.isnan(all_of_them)]
    return float(np.clip(scored.mean(), 1e-6, 1 - 1e-6)) if len(scored) else 0.5


def relative_limits(rate: float, tiers: Tiers) -> tuple[float, float]:
    """(high, medium): the probabilities at relative_*_odds times the odds of `rate`. Odds leave room above
    any rate."""
    odds = rate / (1 - rate)
    high, medium = tiers.relative_high_odds * odds, tiers.relative_medium_odds * odds
    return high / (1 + high), medium / (1 + medium)


def relative_tiers(tiers: Tiers, probability: ArrayLike) -> Tiers:
    """Tiers whose two limits are the relative ones for a shop with these probabilities, whether it has chosen
    them or not."""
    high, medium = relative_limits(expected_rate(probability), tiers)
    return tiers.model_copy(update={"high": high, "medium": medium, "relative": False})


def tiers_in_use(tiers: Tiers, probability: ArrayLike) -> Tiers:
    """Tiers whose two limits hold for a shop with these probabilities: the relative ones where the shop has
    chosen them."""
    return relative_tiers(tiers, probability) if tiers.relative else tiers


def risk_tiers(probability: pd.Series, tiers: Tiers) -> pd.Series:
    """Tier of each probability, null where the probability is; a probability on a limit belongs to the lower
    tier."""
    names = np.select(
        [probability > tiers.high, probability > tiers.medium], [Tier.HIGH, Tier.MEDIUM], Tier.LOW
    )
    return pd.Series(names, index=probability.index, dtype=object).where(probability.notna(), None)


def risk_tier(probability: float, tiers: Tiers) -> Tier:
    """Tier of one probability."""
    return Tier.HIGH if probability > tiers.high else Tier.MEDIUM if probability > tiers.medium else Tier.LOW
