"""Which features a model may use: what is nearly empty, nearly constant or nearly a copy goes, and why is kept."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

MAX_NULL_SHARE = 0.8
MAX_COMMON_SHARE = 0.995  # share of the rows with a value that have the commonest value
MAX_CORRELATION = 0.95
CORRELATION_ROWS = 20_000


@dataclass(frozen=True)
class FeatureSelection:
    """kept: in their former order. dropped: feature -> the reason in words."""

    kept: list[str]
    dropped: dict[str, str]


def select_features(rows: pd.DataFrame, features: list[str]) -> FeatureSelection:
    """Chooses among `features`, numeric columns of `rows` (training rows only); the label is not looked at.

    Dropped are features that are null in more than 80 % of the rows, that have one value in more than 99.5 % of the others, or whose rank
    correlation with a feature kept before them is above .95. Ranks, since every model here sees a feature through its order: a feature and
    its logarithm are copies of each other. Of two copies the first in the catalogue's order stays, which has the plainer meaning.
    """
    values = rows[features].astype(np.float64).replace([np.inf, -np.inf], np.nan)
    dropped: dict[str, str] = {}
    for name in features:
        reason = _poor(values[name])
        if reason:
            dropped[name] = reason
    candidates = [f for f in features if f not in dropped]
    dropped |= _copies(values[candidates])
    kept = [f for f in features if f not in dropped]
    return FeatureSelection(kept, dropped)


def _poor(column: pd.Series) -> str | None:
    """Why a feature tells nothing by itself; None when it may."""
    nulls = float(column.isna().mean())
    if nulls > MAX_NULL_SHARE:
        return f"null in {nulls:.0%} of the rows"
    commonest = float(column.value_counts(normalize=True, sort=True).iloc[0])
    if commonest > MAX_COMMON_SHARE and nulls < 1 - MAX_COMMON_SHARE:
        return f"the same value in {commonest:.1%} of the rows"
    return None


def _copies(values: pd.DataFrame) -> dict[str, str]:
    """feature -> reason, for each feature that ranks the rows almost as an earlier one does."""
    step = max(1, len(values) // CORRELATION_ROWS)
    correlation = values.iloc[::step].rank().corr().abs().to_numpy()
    kept: list[int] = []
    dropped: dict[str, str] = {}
    names = list(values.columns)
    for index, name in enumerate(names):
        closest = max(kept, key=lambda k: np.nan_to_num(correlation[index, k]), default=None)
        if closest is not None and correlation[index, closest] > MAX_CORRELATION:
            dropped[name] = f"rank correlation {correlation[index, closest]:.3f} with {names[closest]}"
        else:
            kept.append(index)
    return dropped
