"""Feature drift: today's customers against the training snapshots, and against those of the same season a year ago.

A shop in December differs from the average of its year, and from last December it may differ by having grown. Drift is what neither
of the two comparisons explains: the champion has then never seen such customers.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_pipeline.monitoring.distributions import stability_index, stability_noise, told_apart
from churn_pipeline.schemas import FEATURE_DRIFT, feature_columns
from churn_pipeline.settings import MonitoringLimits
from churn_pipeline.training.calibration import SEASON_WINDOW, YEAR

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
    snapshots: pd.DataFrame, features: pd.DataFrame, importance: dict[str, float], limits: MonitoringLimits, seed: int
) -> pd.DataFrame:
    """The table feature_drift, most important features first.

    snapshots: training_snapshots; features: customer_features; importance: feature -> share of the champion's importance. Features that
    only one of the two tables has are left out.
    """
    season = same_season(snapshots, features["as_of"].max())
    names = [c for c in feature_columns(list(features.columns)) if c in snapshots.columns]
    rows = [_row(name, snapshots, season, features, importance.get(name, 0.0), limits, seed, len(names)) for name in names]
    table = pd.DataFrame(rows, columns=FEATURE_DRIFT.schema.names)
    return table.sort_values(["importance", "feature"], ascending=[False, True], ignore_index=True)


def same_season(snapshots: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The snapshots within 30 days of `as_of` less 52 weeks; none where the history does not reach back so far."""
    return snapshots[(snapshots["cutoff"] - (as_of - YEAR)).abs() <= SEASON_WINDOW]


def drifted_importance(drift: pd.DataFrame) -> float:
    """Share of the champion's importance that lies on drifted features, 0-1; where nothing has importance, their plain share."""
    weight = drift["importance"] if drift["importance"].sum() else pd.Series(1.0, index=drift.index)
    return float(weight[drift["drifted"]].sum() / weight.sum()) if len(drift) else 0.0


def _row(
    name: str,
    snapshots: pd.DataFrame,
    season: pd.DataFrame,
    features: pd.DataFrame,
    importance: float,
    limits: MonitoringLimits,
    seed: int,
    tests: int,
) -> dict[str, object]:
    current = _values(features, name)
    usual = _distance(snapshots, current, name, limits, seed, tests)
    seasonal = _distance(season, current, name, limits, seed, tests) if len(season) else None
    return {
        "feature": name,
        "importance": importance,
        "psi": usual.psi,
        "psi_limit": usual.limit,
        "classifier_auc": usual.auc,
        "psi_same_season": seasonal.psi if seasonal else np.nan,
        "classifier_auc_same_season": seasonal.auc if seasonal else np.nan,
        "drifted": usual.exceeded and (seasonal is None or seasonal.exceeded),
    }


def _distance(
    reference: pd.DataFrame, current: NDArray[np.float64], name: str, limits: MonitoringLimits, seed: int, tests: int
) -> _Distance:
    values = _values(reference, name)
    # Rows of one customer at several cutoffs are nearly the same row: customers are what the reference consists of.
    n, m = reference["customer_id"].nunique(), len(current)
    chance = DOUBT * np.sqrt((n + m + 1) / (12 * max(n, 1) * max(m, 1)))
    return _Distance(
        psi=stability_index(values, current),
        limit=max(limits.psi, stability_noise(n, m, tests=tests)),
        auc=told_apart(values, current, seed),
        auc_limit=max(limits.classifier_auc, 0.5 + float(chance)),
    )


def _values(rows: pd.DataFrame, name: str) -> NDArray[np.float64]:
    return rows[name].to_numpy(dtype=np.float64, na_value=np.nan)
