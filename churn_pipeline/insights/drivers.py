"""Why customers churn, per segment: findings as sentences whose numbers are counted in the tables."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from churn_pipeline.core.tables import CHURN_DRIVERS, SHAP_VALUES, feature_columns
from churn_pipeline.core.wording import is_counted, percent, quantity
from churn_pipeline.explain.feature_wording import Usage
from churn_pipeline.explain.phrases import phrase
from churn_pipeline.features.catalogue import feature
from churn_pipeline.insights.segments.risk import segment_of
from churn_pipeline.scoring.tiers import relative_tiers
from churn_pipeline.shop.config import ShopConfig

FEWEST = 5
MOST_FINDINGS = 6
CLEARLY_MORE = 0.05  # a smaller difference of shares is not worth a sentence
NAMES = {
    "high_risk": "high-risk customers",
    "medium_risk": "medium-risk customers",
    "above_average": "customers well above the average risk",
}


@dataclass(frozen=True)
class Telling:
    """How a feature's finding is told: the side that means trouble, the words, its own threshold (None: the
    median of all scored)."""

    above: bool
    words: str
    threshold: float | None = None


TELLING = {
    "days_since_last_purchase": Telling(True, "have not ordered for more than {limit}"),
    "recency_over_mean_gap": Telling(True, "are beyond twice their usual gap between orders", 2.0),
    "recency_over_p90_gap": Telling(
        True, "have been away for longer than nine in ten of their own gaps", 1.0
    ),
    "trend_last_3_months": Telling(False, "order less often than in the three months before", 0.0),
    "trend_last_6_months": Telling(False, "order less often than in the six months before", 0.0),
    "order_trend_horizon": Telling(False, "order less often than in the {horizon} before", 0.0),
    "spend_trend_last_3_months": Telling(False, "spend less than in the three months before", 0.0),
}
TREND = "-1 to 1"  # a trend's value says little in words: it is told by its sign, or not at all


def churn_drivers(
    scores: pd.DataFrame, shap: pd.DataFrame, features: pd.DataFrame, config: ShopConfig, horizon: int
) -> pd.DataFrame:
    """Findings of kind `share` (CHURN_DRIVERS) from customer_scores, shap_values and customer_features;
    horizon: H in days.

    For each segment the features are ranked by how much more they raise its churn than that of the other
    scored customers (mean SHAP contribution), one per factor; the finding is the share of its customers
    beyond a threshold, against the others' share. Findings that do not hold clearly more often inside (5
    points) are left out, and features whose values mean little to a retailer."""
    names = [n for n in feature_columns(list(shap.columns)) if n not in SHAP_VALUES.schema.names]
    table = shap[["customer_id", *names]].merge(
        features[["customer_id", *names]], on="customer_id", suffixes=("", ":value"), validate="one_to_one"
    )
    scored = scores.assign(segment=segment_of(scores))
    table = table.merge(
        scored[["customer_id", "segment", "churn_probability"]], on="customer_id", validate="one_to_one"
    )
    rows = [
        row
        for segment, inside in _groups(table, config).items()
        for row in _findings(segment, inside, table, names, Usage(config.currency, horizon))
    ]
    return pd.DataFrame(rows, columns=CHURN_DRIVERS.schema.names)


def _groups(table: pd.DataFrame, config: ShopConfig) -> dict[str, np.ndarray]:
    """Segment -> mask of its rows; where hardly anybody is high, those above the relative threshold stand
    in."""
    segment = table["segment"].to_numpy()
    groups = {"high_risk": segment == "high_risk", "medium_risk": segment == "medium_risk"}
    if groups["high_risk"].sum() < FEWEST:
        probability = table["churn_probability"].to_numpy(np.float64)
        groups = {"above_average": probability > relative_tiers(config.tiers, probability).high} | groups
    return {name: mask for name, mask in groups.items() if mask.sum() >= FEWEST and (~mask).sum() >= FEWEST}


def _findings(
    segment: str, inside: np.ndarray, table: pd.DataFrame, names: list[str], usage: Usage
) -> list[dict[str, object]]:
    contributions = table[names].to_numpy(np.float64)
    apart = contributions[inside].mean(axis=0) - contributions[~inside].mean(axis=0)
    factors: set[str] = set()
    rows: list[dict[str, object]] = []
    for position in np.argsort(-apart, kind="stable"):
        name = names[position]
        factor = feature(name).factor
        if apart[position] <= 0 or factor in factors or len(rows) == MOST_FINDINGS or not phrase(name).plain:
            continue
        row = _share(
            segment,
            name,
            inside,
            table[f"{name}:value"].to_numpy(np.float64),
            contributions[:, position],
            usage,
        )
        if row is not None:
            factors.add(factor)
            rows.append(row | {"factor": factor, "mean_contribution": float(apart[position])})
    return rows


def _share(
    segment: str, name: str, inside: np.ndarray, values: np.ndarray, contributions: np.ndarray, usage: Usage
) -> dict[str, object] | None:
    """The share beyond the threshold, on the side where the feature raises churn; None where that is not
    clearly more often."""
    has_value = np.isfinite(values)
    if (has_value & inside).sum() < FEWEST or np.ptp(values[has_value]) == 0:
        return None
    above = bool(spearmanr(values[has_value], contributions[has_value]).statistic > 0)
    telling = _telling(name, above)
    if telling is None and feature(name).unit == TREND:
        return None
    if telling is not None and telling.threshold is not None:
        threshold = telling.threshold
    else:
        threshold = _round_median(values[has_value], phrase(name).unit)
    beyond = has_value & (values > threshold if above else values < threshold)
    own, others = float(beyond[inside].mean()), float(beyond[~inside].mean())
    if own - others < CLEARLY_MORE:
        return None
    words = finding_in_words(name, threshold, above, telling, usage)
    return {
        "segment": segment,
        "kind": "share",
        "feature": name,
        "threshold": threshold,
        "inside": own,
        "outside": others,
        "sentence": f"{percent(own)} of the {NAMES[segment]} {words}; "
        f"{percent(others)} of the other scored customers.",
    }


def _telling(name: str, above: bool) -> Telling | None:
    """The words for a feature on the side that they speak of; None on the other side, and where a feature has
    none of its own."""
    telling = TELLING.get(name)
    return telling if telling is not None and telling.above == above else None


def finding_in_words(name: str, threshold: float, above: bool, telling: Telling | None, usage: Usage) -> str:
    """'have fewer than 6 orders so far', or the words of the telling."""
    meant = phrase(name)
    limit = quantity(threshold, meant.unit, usage.currency).removesuffix(".00")
    if telling:
        return telling.words.format(limit=limit, horizon=f"{usage.horizon} days")
    if threshold == 0 and above:
        return (
            f"have {meant.about('some ' + meant.unit if is_counted(meant.unit) else 'some', usage.horizon)}"
        )
    compared = "more" if above else "fewer" if is_counted(meant.unit) else "less"
    return f"have {meant.about(f'{compared} than {limit}', usage.horizon)}"


def _round_median(values: np.ndarray, unit: str) -> float:
    """The median of all scored customers: whole for days and what is counted, else to two digits."""
    median = float(np.median(values))
    return (
        float(round(median))
        if (is_counted(unit) or unit == "days") and abs(median) >= 3
        else float(f"{median:.2g}")
    )
