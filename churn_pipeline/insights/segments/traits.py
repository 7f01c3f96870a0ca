"""What the customers of a segment have in common and what sets them apart, as sentences with numbers."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from churn_pipeline.core.wording import is_counted, quantity
from churn_pipeline.features.catalogue import feature

FEWEST = 5
MOST_TRAITS = 4
SPAN_UNITS = ("days", "orders", "months", "orders a month")
# difference of medians, in robust standard deviations of everybody, below which a trait is not worth a
# sentence
CLEARLY_APART = 0.3
OF_EVERYONE = {
    "days_since_last_order": ("Days since last order", "days"),
    "orders": ("Orders so far", "orders"),
    "total_spend": ("Total spend", "currency"),
}
SAME_THING = {
    "days_since_last_purchase": "days_since_last_order",
    "total_purchase_count": "orders",
    "total_lifetime_spend": "total_spend",
}


@dataclass(frozen=True)
class Trait:
    """One difference between a group and all others: medians of both, in the unit of the feature; apart in
    robust standard deviations."""

    name: str
    label: str
    unit: str
    inside: float
    outside: float
    apart: float

    def sentence(self, currency: str) -> str:
        unit = (
            self.unit if self.unit in SPAN_UNITS or not is_counted(self.unit) else ""
        )  # what is counted stands in the label
        inside, outside = (quantity(value, unit, currency) for value in (self.inside, self.outside))
        return f"{self.label}: {inside} (the others: {outside})"


def distinguishing_traits(
    customers: pd.DataFrame, features: pd.DataFrame | None, currency: str
) -> dict[str, list[str]]:
    """Segment -> up to four sentences, the clearest difference first; risk tiers against the other tiers, the
    rest against everybody.

    customers: columns customer_id, segment, days_since_last_order, orders, total_spend; features:
        customer_features, or None."""
    table = customers[["customer_id", "segment", *OF_EVERYONE]].reset_index(drop=True)
    if features is not None:
        own = [c for c in features.columns if c != "as_of" and c not in SAME_THING]
        table = table.merge(features[own], on="customer_id", how="left")
    names = [name for name in table.columns if name not in ("customer_id", "segment")]
    result = {}
    for segment in table["segment"].unique():
        peers = table[table["segment"].str.endswith("_risk")] if str(segment).endswith("_risk") else table
        result[str(segment)] = [
            t.sentence(currency) for t in traits_of(peers[names], (peers["segment"] == segment).to_numpy())
        ]
    return result


def traits_of(numbers: pd.DataFrame, inside: np.ndarray) -> list[Trait]:
    """The clearest differences of a group (boolean mask over the rows) from all others: one for each factor,
    at most four."""
    traits = [trait for name in numbers.columns if (trait := _trait(name, numbers[name], inside))]
    factors: set[str] = set()
    clearest = []
    for trait in sorted(traits, key=lambda t: (-t.apart, t.name)):
        factor = trait.name if trait.name in OF_EVERYONE else feature(trait.name).factor
        if factor not in factors:
            factors.add(factor)
            clearest.append(trait)
    return clearest[:MOST_TRAITS]


def _trait(name: str, values: pd.Series, inside: np.ndarray) -> Trait | None:
    numbers = values.to_numpy(np.float64)
    has_value = np.isfinite(numbers)
    own, others = numbers[has_value & inside], numbers[has_value & ~inside]
    if min(len(own), len(others)) < FEWEST:
        return None
    low, high = np.quantile(numbers[has_value], [0.25, 0.75])
    spread = (high - low) / 1.349 or float(numbers[has_value].std())
    inner, outer = float(np.median(own)), float(np.median(others))
    if spread == 0 or abs(inner - outer) < CLEARLY_APART * spread:
        return None
    label, unit = OF_EVERYONE[name] if name in OF_EVERYONE else (feature(name).label, feature(name).unit)
    return Trait(name, label, unit, inner, outer, abs(inner - outer) / spread)
