"""Tiers relative to the shop's own churn rate, offered where the fixed ones leave almost nobody at high
risk."""

from typing import Any

import pandas as pd

from churn_pipeline.core.enums import Tier
from churn_pipeline.core.wording import counted, number, percent
from churn_pipeline.scoring.tiers import expected_rate, relative_tiers, risk_tiers
from churn_pipeline.shop.config import ShopConfig

ALMOST_NOBODY = 0.01


def relative_tiers_document(scores: pd.DataFrame, config: ShopConfig) -> dict[str, Any]:
    """The relative thresholds, how many customers each tier would hold, whether they are in use, and a
    sentence where they are, or where the fixed tiers leave almost nobody high (`offered`)."""
    probability = scores["churn_probability"].dropna()
    rate = expected_rate(probability)
    tiers = relative_tiers(config.tiers, probability)
    assigned = risk_tiers(probability, tiers)
    counts = {tier.value: int((assigned == tier).sum()) for tier in Tier}
    high = int((probability > config.tiers.high).sum())
    offered = not config.tiers.relative and len(probability) > 0 and high < ALMOST_NOBODY * len(probability)
    members_high, members_medium = (counted(counts[name], "customers") for name in (Tier.HIGH, Tier.MEDIUM))
    limits = f"{tiers.high:.2f} ({members_high}) and medium at {tiers.medium:.2f} ({members_medium})"
    sentence = None
    if config.tiers.relative:
        sentence = (
            f"Risk is relative to the shop's expected churn rate of {percent(rate)}: "
            f"high risk begins at {limits}."
        )
    elif offered:
        sentence = (
            f"{_few(high, len(probability))} above a churn probability of {config.tiers.high:g}: "
            f"at an expected churn rate of "
            f"{percent(rate)} the fixed tiers say little. Relative to that rate, "
            f"high risk would begin at {limits}: to have it so, "
            "write 'relative: true' under 'tiers:' in the shop's shop.yaml and score again."
        )
    thresholds = {"rate": rate, "high": tiers.high, "medium": tiers.medium, "in_use": config.tiers.relative}
    return thresholds | {"counts": counts, "offered": offered, "sentence": sentence}


def _few(high: int, scored: int) -> str:
    whom = counted(scored, "customers")
    return f"Only {number(high)} of {whom} {'is' if high == 1 else 'are'}" if high else f"None of {whom} is"
