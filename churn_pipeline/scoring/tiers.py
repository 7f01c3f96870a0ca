"""Risk tiers of probabilities (DESIGN section 2): high above one limit, medium above another, low otherwise."""

import numpy as np
import pandas as pd

from churn_pipeline.shops import Tiers

HIGH, MEDIUM, LOW = "high", "medium", "low"


def risk_tiers(probability: pd.Series, tiers: Tiers) -> pd.Series:
    """Tier of each probability, null where the probability is; a probability on a limit belongs to the lower tier."""
    known = np.select([probability > tiers.high, probability > tiers.medium], [HIGH, MEDIUM], LOW)
    return pd.Series(known, index=probability.index, dtype=object).where(probability.notna(), None)


def risk_tier(probability: float, tiers: Tiers) -> str:
    """Tier of one probability."""
    return HIGH if probability > tiers.high else MEDIUM if probability > tiers.medium else LOW
