"""What the shop's own campaigns kept, pooled: over all of them, by offer, and by risk tier.

Campaigns differ by more than chance: they are pooled with random effects (DerSimonian & Laird 1986). Tiers
are drawn towards each other as far as chance explains their differences (Efron & Morris 1975)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.tables import CAMPAIGN_RESULTS

Floats = npt.NDArray[np.float64]
NORMAL_80 = 2 * 1.2815515655446004  # width of an 80 % interval in standard deviations
NORMAL_95 = 2 * 1.959963984540054
SUCCESS_RATE = "success_rate"
AT_USUAL_DISCOUNT = "success_rate_at_usual_discount"
ALL_OFFERS = "all"
DISCOUNT_ARM = "discount_"
WIDEST_MEASURED = 0.2
"""Half the 80 % interval of a measured rate that replaces the assumed one."""
LARGEST_FACTOR = 3.0
"""The most that a tier's success may be over that of all."""


@dataclass(frozen=True)
class PooledRate:
    """A success rate of several campaigns, with its 80 % interval."""

    rate: float
    low: float
    high: float
    campaigns: int

    @property
    def sd(self) -> float:
        """Its standard error."""
        return (self.high - self.low) / NORMAL_80


@dataclass(frozen=True)
class MeasuredRate:
    """Share of would-be churners whom the shop's own campaigns saved, as at its usual discount, with its 80 %
    interval; it replaces the assumed success rate.

    offers: an arm's key (discount_15, or an action of the catalogue) -> its own rate; tiers: risk segment ->
    how many times the rate of all its rate is."""

    rate: float
    low: float
    high: float
    offers: Mapping[str, PooledRate] = field(default_factory=dict)
    tiers: Mapping[str, float] = field(default_factory=dict)

    def depths(self) -> list[tuple[float, PooledRate]]:
        """The discounts (percent) whose own rate was measured, the smallest first."""
        found = [
            (float(arm.removeprefix(DISCOUNT_ARM)), rate)
            for arm, rate in self.offers.items()
            if arm.startswith(DISCOUNT_ARM) and arm.removeprefix(DISCOUNT_ARM).replace(".", "", 1).isdigit()
        ]
        return sorted(found, key=lambda one: one[0])

    def of_offer(self, arm: str) -> "MeasuredRate":
        """The rate of an offer that was measured itself, else that of all."""
        own = self.offers.get(arm)
        return self if own is None else replace(self, rate=own.rate, low=own.low, high=own.high)

    def of_tier(self, segment: str) -> float:
        """How many times the rate of all the rate of a segment is; 1 where nothing is known."""
        return float(self.tiers.get(segment, 1.0))

    def to_document(self) -> dict[str, Any]:
        """The same for results.json."""
        return asdict(self)


def measured_rate(store: ShopStore) -> MeasuredRate | None:
    """What the finished campaigns in the table campaign_results achieved together; None while that is known
    less exactly than by 20 points either way (80 %)."""
    if not store.exists(CAMPAIGN_RESULTS.name):
        return None
    results = store.read(CAMPAIGN_RESULTS.name)
    results = results[results["complete"] & (results["low"] < results["high"])]
    if "segment" not in results:  # of an earlier version
        results = results.assign(segment=None)
    whole = pooled(results[results["outcome"] == AT_USUAL_DISCOUNT])
    if whole is None or whole.high - whole.low > 2 * WIDEST_MEASURED:
        return None
    kept = results[(results["outcome"] == SUCCESS_RATE) & (results["arm"] != ALL_OFFERS)]
    offers = {str(arm): pooled(rows) for arm, rows in kept[kept["segment"].isna()].groupby("arm")}
    known = {arm: rate for arm, rate in offers.items() if rate and rate.sd * NORMAL_80 <= 2 * WIDEST_MEASURED}
    by_tier = {str(tier): pooled(rows) for tier, rows in kept.groupby("segment")}
    tiers = _tier_factors({tier: rate for tier, rate in by_tier.items() if rate})
    return MeasuredRate(whole.rate, whole.low, whole.high, known, tiers)


def pooled(rows: pd.DataFrame) -> PooledRate | None:
    """Rows of CAMPAIGN_RESULTS pooled with random effects; None where there are none."""
    if rows.empty:
        return None
    rate = rows["estimate"].to_numpy(np.float64)
    variance = ((rows["high"] - rows["low"]).to_numpy(np.float64) / NORMAL_95) ** 2
    mean, sd, _ = _random_effects(rate, variance)
    half = NORMAL_80 / 2 * sd
    return PooledRate(mean, mean - half, mean + half, int(rows["campaign_id"].nunique()))


def _tier_factors(tiers: Mapping[str, PooledRate]) -> dict[str, float]:
    """Each tier's rate over their mean, drawn towards 1 as far as chance explains the differences."""
    if len(tiers) < 2:
        return {}
    rate, sd = (np.array([getattr(tier, name) for tier in tiers.values()]) for name in ("rate", "sd"))
    mean, _, between = _random_effects(rate, sd**2)
    if mean <= 0:
        return {}
    drawn = mean + between / (between + sd**2) * (rate - mean)
    factors = np.clip(drawn / mean, 0.0, LARGEST_FACTOR)
    return dict(zip(tiers, map(float, factors), strict=True))


def _random_effects(value: Floats, variance: Floats) -> tuple[float, float, float]:
    """The mean of what several campaigns measured, its standard error, and the variance between them."""
    weight = 1 / variance
    fixed = float(weight @ value / weight.sum())
    spread = float(weight @ (value - fixed) ** 2) - (len(value) - 1)
    scale = float(weight.sum() - (weight**2).sum() / weight.sum())
    between = max(spread / scale, 0.0) if scale > 0 else 0.0
    weight = 1 / (variance + between)
    return float(weight @ value / weight.sum()), float(1 / np.sqrt(weight.sum())), between
