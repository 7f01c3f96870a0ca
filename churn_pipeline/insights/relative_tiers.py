"""Tiers relative to the shop's own churn rate, offered where the fixed ones leave almost nobody at high risk."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.insights.wording import customers, percent
from churn_pipeline.scoring.tiers import expected_rate, relative_limits
from churn_pipeline.shops import ShopConfig

ALMOST_NOBODY = 0.01


@dataclass(frozen=True)
class RelativeTiers:
    """Thresholds (probabilities): high above `high`, medium above `medium`; rate: the shop's expected churn rate they are relative to."""

    rate: float
    high: float
    medium: float


def relative_tiers(probability: np.ndarray, config: ShopConfig) -> RelativeTiers:
    """Thresholds at multiples (tiers.relative_*_odds) of the odds of the mean probability."""
    rate = expected_rate(probability)
    return RelativeTiers(rate, *relative_limits(rate, config.tiers))


def tier_of(probability: np.ndarray, tiers: RelativeTiers) -> np.ndarray:
    """high, medium or low for each probability; None where there is none."""
    named = np.where(probability > tiers.high, "high", np.where(probability > tiers.medium, "medium", "low")).astype(object)
    named[np.isnan(probability)] = None
    return named


def relative_tiers_document(scores: pd.DataFrame, config: ShopConfig) -> dict[str, Any]:
    """The relative thresholds, how many customers each tier would hold, whether they are in use, and a sentence where they are, or
    where the fixed tiers leave almost nobody high (`offered`)."""
    probability = scores["churn_probability"].dropna().to_numpy(np.float64)
    tiers = relative_tiers(probability, config)
    named = tier_of(probability, tiers)
    counts = {name: int((named == name).sum()) for name in ("high", "medium", "low")}
    high = int((probability > config.tiers.high).sum())
    offered = not config.tiers.relative and len(probability) > 0 and high < ALMOST_NOBODY * len(probability)
    limits = f"{tiers.high:.2f} ({customers(counts['high'])}) and medium at {tiers.medium:.2f} ({customers(counts['medium'])})"
    sentence = None
    if config.tiers.relative:
        sentence = f"Risk is relative to the shop's expected churn rate of {percent(tiers.rate)}: high risk begins at {limits}."
    elif offered:
        sentence = (
            f"{_few(high, len(probability))} above a churn probability of {config.tiers.high:g}: at an expected churn rate of "
            f"{percent(tiers.rate)} the fixed tiers say little. Relative to that rate, high risk would begin at {limits}: to have it so, "
            "write 'relative: true' under 'tiers:' in the shop's shop.yaml and score again."
        )
    thresholds = {"rate": tiers.rate, "high": tiers.high, "medium": tiers.medium, "in_use": config.tiers.relative}
    return thresholds | {"counts": counts, "offered": offered, "sentence": sentence}


def _few(high: int, scored: int) -> str:
    return f"Only {high:,} of {customers(scored)} {'is' if high == 1 else 'are'}" if high else f"None of {customers(scored)} is"
