"""Which features a model may use: what is nearly empty, nearly constant or nearly a copy goes, and why is
kept.

Two further selections are for kinds of models that need them (search_spaces.yaml): `steady_features` leaves
out what drifts with the calendar, `strongest_features` all but the most telling."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from numpy.typing import NDArray
from scipy.stats import rankdata

from churn_pipeline.core.wording import percent

MAX_NULL_SHARE = 0.8
MAX_COMMON_SHARE = 0.995  # share of the rows with a value that have the commonest value
MAX_CORRELATION = 0.95
CORRELATION_ROWS = 20_000
OLDEST_SHARE = 0.25  # of the training cutoffs: what the newest one is compared with
MIN_DRIFT_ROWS = 200  # with fewer rows on either side chance alone makes features drift
MIN_STEADY = 8
GAIN_TREES = 60


@dataclass(frozen=True)
class FeatureSelection:
    """kept: in their former order. dropped: feature -> the reason in words."""

    kept: list[str]
    dropped: dict[str, str]


def select_features(rows: pd.DataFrame, features: list[str]) -> FeatureSelection:
    """Chooses among `features`, numeric columns of `rows` (training rows only); the label is not looked at.

    Dropped are features that are null in more than 80 % of the rows, that have one value in more than 99.5 %
    of the others, or whose rank correlation with a feature kept before them is above .95. Ranks, since every
    model here sees a feature through its order: a feature and its logarithm are copies of each other. Of two
    copies the first in the catalogue's order stays, which has the plainer meaning."""
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
        return f"null in {percent(nulls)} of the rows"
    commonest = float(column.value_counts(normalize=True, sort=True).iloc[0])
    if commonest > MAX_COMMON_SHARE and nulls < 1 - MAX_COMMON_SHARE:
        return f"the same value in {percent(commonest, 1)} of the rows"
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


def steady_features(rows: pd.DataFrame, selection: FeatureSelection, limit: float) -> FeatureSelection:
    """The selection without features by which the newest training cutoff can be told from the oldest ones.

    rows: training rows with cutoff and the features; limit: the ROC-AUC of that, 1 keeps everything. A
        customer's age grows with every cutoff, so the test lies where no training row was: trees and lines go
        on flat or straight there, a kernel machine falls back to its intercept. The label is not looked at.
        At least MIN_STEADY features stay, the steadiest."""
    drift = _drift(rows, selection.kept) if limit < 1 else np.empty(0)
    if not len(drift):
        return selection
    steadiest = set(np.argsort(drift, kind="stable")[:MIN_STEADY])
    gone = {
        name: f"drifts: tells the newest training cutoff from the oldest with AUC {drift[i]:.2f}"
        for i, name in enumerate(selection.kept)
        if drift[i] > limit and i not in steadiest
    }
    return FeatureSelection([f for f in selection.kept if f not in gone], selection.dropped | gone)


def _drift(rows: pd.DataFrame, features: list[str]) -> NDArray[np.float64]:
    """Per feature the AUC (at least .5) of telling the newest cutoff from the oldest quarter of them; empty
    with too few rows."""
    cutoffs = np.sort(rows["cutoff"].unique())
    newest = (rows["cutoff"] == cutoffs[-1]).to_numpy()
    oldest = rows["cutoff"].isin(cutoffs[:-1][: max(1, int(len(cutoffs) * OLDEST_SHARE))]).to_numpy()
    if min(newest.sum(), oldest.sum()) < MIN_DRIFT_ROWS:
        return np.empty(0)
    values, now = rows.loc[newest | oldest, features].to_numpy(np.float64), newest[newest | oldest]
    return np.array([_auc(column, now) for column in values.T])


def _auc(values: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """ROC-AUC of telling `positive` by the value, whichever way; .5 where the known values are on one side
    only."""
    known = np.isfinite(values)
    ranks, positive = rankdata(values[known]), positive[known]
    ones, zeros = int(positive.sum()), int((~positive).sum())
    if not ones or not zeros:
        return 0.5
    area = (ranks[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros)
    return float(max(area, 1 - area))


def strongest_features(
    X: pd.DataFrame, y: NDArray[np.int8], count: int, seed: int
) -> tuple[list[str], dict[str, str]]:
    """The `count` features with the largest share of the splits' gain in a small LightGBM, in their order in
    X, and why the others went.

    X, y: the rows of one fit, so that a fold model's features are chosen without the customers that it is
        judged on. count 0: all."""
    if not count or X.shape[1] <= count:
        return list(X.columns), {}
    ranker = LGBMClassifier(
        n_estimators=GAIN_TREES,
        num_leaves=15,
        min_child_samples=50,
        colsample_bytree=0.3,
        path_smooth=20,
        importance_type="gain",
        random_state=seed,
        n_jobs=1,
        deterministic=True,
        force_row_wise=True,
        verbosity=-1,
    )
    gain = ranker.fit(X.to_numpy(), y).feature_importances_
    share = gain / max(float(gain.sum()), 1e-12)
    order = np.argsort(-share, kind="stable")
    gone = {
        X.columns[i]: f"not among the {count} strongest: {percent(share[i], 1)} of the gain"
        for i in order[count:]
    }
    return [f for f in X.columns if f not in gone], gone
