"""Whether graded scorings got worse: the findings that are worth a message, in words."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from churn_pipeline.monitoring.grading import KNOWN
from churn_pipeline.settings import MonitoringLimits

DOUBT = 3.0  # standard errors that a difference has to exceed, so that small shops do not cry wolf


@dataclass(frozen=True)
class Finding:
    """kind: ranks_worse, rate_missed or no_better_than_rate; about: what it is about (a run id); sentence: in words."""

    kind: str
    about: str
    sentence: str


def degraded_grades(scorings: pd.DataFrame, limits: MonitoringLimits) -> list[Finding]:
    """What is wrong with the newest graded scoring, compared with the earlier ones; empty where nothing is or nothing is graded.

    scorings: the table graded_scorings. Every finding needs to exceed its limit and three standard errors (ROC-AUC: Hanley & McNeil 1982).
    """
    known = scorings[scorings["outcome"] == KNOWN].sort_values(["as_of", "scored_at"])
    if known.empty:
        return []
    newest, earlier = known.iloc[-1], known.iloc[:-1]
    day, found = f"{newest['as_of']:%Y-%m-%d}", []
    usual = float(earlier["roc_auc"].median()) if earlier["roc_auc"].notna().any() else np.nan
    if usual - newest["roc_auc"] > max(limits.auc_drop, DOUBT * auc_error(newest)):
        found.append(("ranks_worse", f"The scores of {day} ranked worse: ROC-AUC {newest['roc_auc']:.3f}, usually {usual:.3f}."))
    gap = newest["churn_rate"] - newest["expected_churn_rate"]
    if abs(gap) > max(limits.calibration_gap, DOUBT * _rate_error(newest)):
        said = (
            f"{newest['expected_churn_rate']:.1%} of the customers scored on {day} were expected to churn, {newest['churn_rate']:.1%} did."
        )
        found.append(("rate_missed", said))
    if newest["log_loss"] > newest["log_loss_of_rate"] and newest["roc_auc"] - 0.5 < DOUBT * auc_error(newest):
        found.append(("no_better_than_rate", f"The scores of {day} told no more than the churn rate alone would have."))
    return [Finding(kind, str(newest["run_id"]), sentence) for kind, sentence in found]


def auc_error(scoring: pd.Series) -> float:
    """Standard error of a scoring's ROC-AUC (Hanley & McNeil 1982); NaN where it has none."""
    auc, n = float(scoring["roc_auc"]), float(scoring["graded"])
    churned = float(scoring["churn_rate"]) * n
    stayed = n - churned
    if not churned or not stayed:
        return float("nan")
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = (auc * (1 - auc) + (churned - 1) * (q1 - auc**2) + (stayed - 1) * (q2 - auc**2)) / (churned * stayed)
    return float(np.sqrt(max(variance, 0.0)))


def _rate_error(scoring: pd.Series) -> float:
    expected = float(scoring["expected_churn_rate"])
    return float(np.sqrt(expected * (1 - expected) / scoring["graded"]))
