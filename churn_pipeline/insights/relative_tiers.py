"""Tiers relative to the shop's own churn rate, offered where the fixed ones leave almost nobody at high risk."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.insights.wording import customers, percent
from churn_pipeline.shops import ShopConfig

ALMOST_NOBODY = 0.01


@dataclass(frozen=True)
class RelativeTiers:
    """Thresholds (probabilities): high above `high`, medium above `medium`; rate: the shop's expected churn rate they are relative to."""

    rate: float
    high: float
    medium: float


def relative_tiers(probability: np.ndarray, config: ShopConfig) -> RelativeTiers:
    """Thresholds at multiples (tiers.relative_*_odds) of the odds of the mean probability: odds leave room above any rate."""
    rate = float(np.clip(probability.mean(), 1e-6, 1 - 1e-6)) if len(probability) else 0.5
    odds = rate / (1 - rate)
    high, medium = config.tiers.relative_high_odds * odds, config.tiers.relative_medium_odds * odds
    return RelativeTiers(rate, high / (1 + high), medium / (1 + medium))


def tier_of(probability: np.ndarray, tiers: RelativeTiers) -> np.ndarray:
    """high, medium or low for each probability; None where there is none."""
    named = np.where(probability > tiers.high, "high", np.where(probability > tiers.medium, "medium", "low")).astype(object)
    named[np.isnan(probability)] = None
    return named


def _few(high: int, scored: int) -> str:
    return f"Only {high:,} of {customers(scored)} {'is' if high == 1 else 'are'}" if high else f"None of {customers(scored)} is"


def relative_tiers_document(scores: pd.DataFrame, config: ShopConfig) -> dict[str, Any]:
    """The relative thresholds, how many customers each tier would hold, and a sentence where the fixed tiers leave almost nobody high."""
    probability = scores["churn_probability"].dropna().to_numpy(np.float64)
    tiers = relative_tiers(probability, config)
    named = tier_of(probability, tiers)
    counts = {name: int((named == name).sum()) for name in ("high", "medium", "low")}
    high = int((probability > config.tiers.high).sum())
    offered = len(probability) > 0 and high < ALMOST_NOBODY * len(probability)
    sentence = (
        f"{_few(high, len(probability))} above a churn probability of {config.tiers.high:g}: at an expected churn rate of "
        f"{percent(tiers.rate)} the fixed tiers say little. Relative to that rate, high risk would begin at {tiers.high:.2f} "
        f"({customers(counts['high'])}) and medium at {tiers.medium:.2f} ({customers(counts['medium'])}); "
        "to use them set tiers.high and tiers.medium."
    )
    thresholds = {"rate": tiers.rate, "high": tiers.high, "medium": tiers.medium}
    return thresholds | {"counts": counts, "offered": offered, "sentence": sentence if offered else None}
