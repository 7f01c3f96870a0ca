"""Reasons in words: per customer the few groups of features that move the churn probability most, each in one
sentence.

Features that say nearly the same (orders in 30, 60 and 90 days) share the credit among them, so each looks
weak alone. Their contributions are added up by factor, the retailer's word for the group, and the factor
speaks through its strongest feature."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd

from churn_pipeline.explain.explanation import Explanation
from churn_pipeline.explain.feature_wording import PLAIN_USAGE, Usage, sentence
from churn_pipeline.explain.phrases import phrase
from churn_pipeline.features.catalogue import feature

MOST_RAISING = 4
MOST_LOWERING = 2
VISIBLE = 0.005  # an impact below half a probability point is no reason
PLAIN_SHARE = (
    0.25  # a feature in plain words speaks for its factor unless one without is four times as strong
)


@dataclass(frozen=True)
class Reason:
    """Why a customer's probability is above (impact > 0) or below the typical one.

    factor: group of features; feature: the one that speaks for it; value: the customer's value of it, None
        where missing;
    impact: of the whole factor, in probability points (0.42: 42 percentage points); reason: the sentence.
    """

    factor: str
    feature: str
    value: float | None
    impact: float
    reason: str

    def to_document(self) -> dict[str, object]:
        """As an entry of customer_scores.top_risk_factors."""
        return {
            "factor": self.factor,
            "feature": self.feature,
            "value": self.value,
            "impact": self.impact,
            "reason": self.reason,
        }


def factor_impacts(explanation: Explanation) -> pd.DataFrame:
    """Impact of every factor on every customer in probability points, (n, factors); a row sums to probability
    - base probability."""
    factors = [feature(name).factor for name in explanation.values.columns]
    impacts = explanation.values.to_numpy() * explanation.probability_points_per_unit()[:, None]
    return (
        pd.DataFrame(impacts, columns=factors, index=explanation.values.index)
        .T.groupby(level=0, sort=False)
        .sum()
        .T
    )


def reasons_for_all(
    explanation: Explanation,
    features: pd.DataFrame,
    usage: Usage = PLAIN_USAGE,
    typical: pd.Series | None = None,
) -> list[list[Reason]]:
    """The reasons of every customer, in the rows' order: what raises the probability first, strongest first,
    then what lowers it.

    features: the feature values (n, at least the explained ones). usage: currency and horizon, for the words.
        typical: what is typical of each feature; None: the median of these customers. Everyone has at least
        one reason, even where no impact is visible."""
    impacts = factor_impacts(explanation)
    values = features[list(explanation.values.columns)].astype(float)
    usual = cast(Mapping[str, float], (values.median() if typical is None else typical).to_dict())
    factors = list(impacts.columns)
    speakers = _speakers(explanation, factors)
    rows = cast(list[Mapping[str, float]], values.to_dict("records"))
    orders = np.argsort(-impacts.to_numpy(), axis=1, kind="stable")
    return [
        [
            _reason(factors[g], speakers[r][g], impact, rows[r], usual, usage)
            for g, impact in _strongest(row, order)
        ]
        for r, (row, order) in enumerate(zip(impacts.to_numpy(), orders, strict=True))
    ]


def _strongest(impacts: np.ndarray, order: np.ndarray) -> list[tuple[int, float]]:
    """Positions and impacts of the factors worth telling; order: from the greatest impact to the least."""
    raising = [int(g) for g in order[:MOST_RAISING] if impacts[g] >= VISIBLE]
    lowering = [int(g) for g in order[::-1][:MOST_LOWERING] if impacts[g] <= -VISIBLE]
    chosen = raising + lowering or [int(np.argmax(np.abs(impacts)))]
    return [(g, float(impacts[g])) for g in chosen]


def _speakers(explanation: Explanation, factors: list[str]) -> np.ndarray:
    """The feature that speaks for each factor and customer, object array (n, factors): the strongest in the
    direction of the whole."""
    names = list(explanation.values.columns)
    contributions = explanation.values.to_numpy()
    speakers = np.empty((len(contributions), len(factors)), dtype=object)
    for g, factor in enumerate(factors):
        members = [i for i, name in enumerate(names) if feature(name).factor == factor]
        own = contributions[:, members]
        own = own * np.where(own.sum(axis=1, keepdims=True) < 0, -1.0, 1.0)
        plain = np.array([phrase(names[i]).plain for i in members])
        strength = np.where(plain, own / PLAIN_SHARE, own)
        speakers[:, g] = np.array([names[i] for i in members], dtype=object)[strength.argmax(axis=1)]
    return speakers


def _reason(
    factor: str,
    name: str,
    impact: float,
    row: Mapping[str, float],
    typical: Mapping[str, float],
    usage: Usage,
) -> Reason:
    value = row[name]
    words = sentence(name, row, typical, usage)
    return Reason(
        factor, name, None if np.isnan(value) else float(value), round(impact, 4), f"{words} ({impact:+.2f})"
    )
