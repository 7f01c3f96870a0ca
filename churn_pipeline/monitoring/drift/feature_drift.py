"""Feature drift: today's customers against the snapshots that the champion learned from, the newest of them,
and its same season a year ago.

A shop in December differs from the average of its year; from last December it may differ by having grown; and
customers who grow older differ from both. Drift is what none of the three comparisons explains: the champion
has then never seen such customers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_pipeline.core.settings import MonitoringLimits
from churn_pipeline.core.tables import FEATURE_DRIFT, feature_columns
from churn_pipeline.monitoring.drift.distributions import stability_index, stability_noise, told_apart
from churn_pipeline.training.level.shop_level import SEASON_WINDOW, YEAR

DOUBT = 3.0  # standard errors beyond which the classifier's AUC is no chance


@dataclass(frozen=True)
class _Distance:
    psi: float
    limit: float
    auc: float
    auc_limit: float

    @property
    def exceeded(self) -> bool:
        return self.psi > self.limit or self.auc > self.auc_limit


def feature_drift(
    snapshots: pd.DataFrame,
    features: pd.DataFrame,
    importance: dict[str, float],
    limits: MonitoringLimits,
    seed: int,
    older: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The table feature_drift, most important features first.

    snapshots: those that the champion learned from; features: customer_features; importance: feature -> share
        of the champion's importance; older: level_snapshots, among which last year's season may be where the
        champion's own do not reach back to it. Features that only one of the two tables has are left out."""
    season = same_season(snapshots, features["as_of"].max(), older)
    names = [c for c in feature_columns(list(features.columns)) if c in snapshots.columns]
    newest = snapshots[snapshots["cutoff"] == snapshots["cutoff"].max()]
    # Rows of one customer at several cutoffs are nearly the same row: customers are what a reference
    # consists of.
    references = [(rows, rows["customer_id"].nunique()) for rows in (snapshots, newest, season)]
    rows = [
        _row(
            name,
            references,
            features[name],
            importance.get(name, 0.0),
            limits,
            seed,
            tests=len(names),
        )
        for name in names
    ]
    table = pd.DataFrame(rows, columns=FEATURE_DRIFT.schema.names)
    return table.sort_values(["importance", "feature"], ascending=[False, True], ignore_index=True)


def same_season(
    snapshots: pd.DataFrame, as_of: pd.Timestamp, older: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The snapshots within 30 days of `as_of` less 52 weeks, or, where there are none, the `older` ones
    there; none where the history does not reach back so far."""
    for rows in (snapshots, older):
        if rows is not None:
            found = rows[(rows["cutoff"] - (as_of - YEAR)).abs() <= SEASON_WINDOW]
            if len(found):
                return found
    return snapshots.iloc[:0]


def drifted_importance(drift: pd.DataFrame) -> float:
    """Share of the champion's importance that lies on drifted features, 0-1; where nothing has importance,
    their plain share."""
    weight = drift["importance"] if drift["importance"].sum() else pd.Series(1.0, index=drift.index)
    return float(weight[drift["drifted"]].sum() / weight.sum()) if len(drift) else 0.0


def _row(
    name: str,
    references: Sequence[tuple[pd.DataFrame, int]],
    now: pd.Series,
    importance: float,
    limits: MonitoringLimits,
    seed: int,
    *,
    tests: int,
) -> dict[str, object]:
    """One row of the table; references: all snapshots, the newest, and the same season (may be empty), each
    with the number of its customers."""
    current = _values(now)
    usual, newest, season = (
        _distance(_values(rows[name]), customers, current, limits, seed, tests) if len(rows) else None
        for rows, customers in references
    )
    assert usual and newest, "training snapshots are never empty"
    return {
        "feature": name,
        "importance": importance,
        "psi": usual.psi,
        "psi_limit": usual.limit,
        "classifier_auc": usual.auc,
        "psi_same_season": season.psi if season else np.nan,
        "classifier_auc_same_season": season.auc if season else np.nan,
        "psi_newest": newest.psi,
        "classifier_auc_newest": newest.auc,
        "drifted": all(distance.exceeded for distance in (usual, newest, season) if distance),
    }


def _distance(
    values: NDArray[np.float64],
    n: int,
    current: NDArray[np.float64],
    limits: MonitoringLimits,
    seed: int,
    tests: int,
) -> _Distance:
    """values: of a reference with n customers."""
    m = len(current)
    chance = DOUBT * np.sqrt((n + m + 1) / (12 * max(n, 1) * max(m, 1)))
    return _Distance(
        psi=stability_index(values, current),
        limit=max(limits.psi, stability_noise(n, m, tests=tests)),
        auc=told_apart(values, current, seed),
        auc_limit=max(limits.classifier_auc, 0.5 + float(chance)),
    )


def _values(values: pd.Series) -> NDArray[np.float64]:
    return values.to_numpy(dtype=np.float64, na_value=np.nan)
