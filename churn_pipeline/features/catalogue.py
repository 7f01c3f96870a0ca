"""Every customer feature: what it is called, counted in, means, and which reason it belongs to.

The SQL of a feature stands in sql/<family>.sql, its words beside it in sql/<family>.yaml; here both come
together."""

from dataclasses import dataclass

import yaml

from churn_pipeline.core.errors import NotFound
from churn_pipeline.features.templates import FAMILIES, SQL_FOLDER, expressions

FACTORS: dict[str, str] = {
    "long_absence": "Long time since the last order",
    "overdue": "Overdue compared with their own rhythm",
    "declining_frequency": "Orders less often lately",
    "infrequent_purchases": "Orders rarely",
    "irregular_rhythm": "Irregular purchases",
    "few_orders": "Few orders so far",
    "short_history": "Short history as a customer",
    "lower_spend": "Spends less lately",
    "order_value": "Value of an order",
    "total_value": "Value of the customer",
    "narrower_range": "Narrower range of products",
    "fewer_discounts": "Use of discounts",
    "returns": "Returns",
    "shopping_time": "Days and hours of shopping",
    "season": "Season of shopping",
}


@dataclass(frozen=True)
class Feature:
    """One feature, a column of float64 in the snapshots.

    name: the column; family: the template that computes it; sql: its expression there (over purchase models:
        the formula); unit;
    meaning: in plain words; label: as the app and reports call it; factor: key of FACTORS, the group that one
        reason speaks of;
    null_means: what a missing value says; needs: ledger columns beyond customer, time and amount without
        which there is no such feature."""

    name: str
    family: str
    sql: str
    unit: str
    meaning: str
    label: str
    factor: str
    null_means: str
    needs: tuple[str, ...] = ()


def _features_of(family: str) -> list[Feature]:
    computed = expressions(family)
    entries = yaml.safe_load((SQL_FOLDER / f"{family}.yaml").read_text(encoding="utf-8"))
    return [
        Feature(
            name=name,
            family=family,
            sql=entry.get("sql") or computed[name],
            needs=tuple(entry.get("needs", ())),
            **{field: entry[field] for field in ("unit", "meaning", "label", "factor", "null_means")},
        )
        for name, entry in entries.items()
    ]


CATALOGUE: tuple[Feature, ...] = tuple(f for family in FAMILIES for f in _features_of(family))
_BY_NAME = {f.name: f for f in CATALOGUE}


def feature(name: str) -> Feature:
    """The feature of that name; NotFound with the known names otherwise."""
    if name not in _BY_NAME:
        raise NotFound(f"There is no feature {name!r}; the features are: {', '.join(sorted(_BY_NAME))}.")
    return _BY_NAME[name]
