"""The effects in a randomised trial that is no campaign of the shop, by the functions that measure
campaigns."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from churn_pipeline.campaigns.measurement.means import mean_difference, without_known
from churn_pipeline.campaigns.measurement.rates import Estimate, StratumCounts, rate_difference


def trial_effects(
    rows: pd.DataFrame, arm: str, control: str, outcomes: Sequence[str], known: Sequence[str]
) -> pd.DataFrame:
    """Every arm against the control, drawn by one lot without strata: arm, outcome, and the fields of
    Estimate, empty where an outcome never differs.

    rows: a customer each; arm: the column of arms; control: its value of who was left alone; outcomes of 0
        and 1 are compared as rates (Newcombe), others as means, less what the columns `known` from before
        explain (CUPED)."""
    found = []
    for name in sorted(set(rows[arm]) - {control}):
        pair = rows[rows[arm].isin([name, control])]
        treated = (pair[arm] == name).to_numpy(bool)
        for outcome in outcomes:
            y = pair[outcome].to_numpy(np.float64)
            before = pair[list(known)].to_numpy(np.float64)
            effect = _effect(y, treated, before)
            found.append({"arm": name, "outcome": outcome} | (vars(effect) if effect else {}))
    return pd.DataFrame(found, columns=["arm", "outcome", *Estimate.__dataclass_fields__])


def _effect(y: np.ndarray, treated: np.ndarray, before: np.ndarray) -> Estimate | None:
    if np.isin(y, (0.0, 1.0)).all():
        groups = [np.array([int(y[own].sum())]) for own in (treated, ~treated)]
        sizes = [np.array([int(own.sum())]) for own in (treated, ~treated)]
        return rate_difference(StratumCounts(sizes[0], groups[0], sizes[1], groups[1]))
    return mean_difference(
        without_known(y, before, treated.astype(np.intp)), treated, np.zeros(len(y), np.intp)
    )
