"""Whether graded scorings got worse: the findings that are worth a message, in words."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from churn_pipeline.core.settings import MonitoringLimits
from churn_pipeline.core.wording import day, percent
from churn_pipeline.monitoring.grades.grading import KNOWN

DOUBT = 3.0  # standard errors that a difference has to exceed, so that small shops do not cry wolf


@dataclass(frozen=True)
class Finding:
    """kind: ranks_worse, rate_missed or no_better_than_rate; about: what it is about (a run id); sentence: in
    words."""

    kind: str
    about: str
    sentence: str


def degraded_grades(scorings: pd.DataFrame, limits: MonitoringLimits) -> list[Finding]:
    """What is wrong with the newest graded scoring, compared with the earlier ones; empty where nothing is or
    nothing is graded.

    scorings: the table graded_scorings; only those of the newest one's horizon are compared with it: another
        one is another question. Every finding needs to exceed its limit and three standard errors (ROC-AUC:
        Hanley & McNeil 1982)."""
    graded = scorings[scorings["outcome"] == KNOWN].sort_values(["as_of", "scored_at"])
    if graded.empty:
        return []
    newest, earlier = graded.iloc[-1], graded.iloc[:-1]
    earlier = earlier[earlier["horizon"] == newest["horizon"]]
    when = day(newest["as_of"])
    worse = []
    usual = float(earlier["roc_auc"].median()) if earlier["roc_auc"].notna().any() else np.nan
    if usual - newest["roc_auc"] > max(limits.auc_drop, DOUBT * auc_error(newest)):
        worse.append(
            (
                "ranks_worse",
                f"The scores of {when} ranked worse: ROC-AUC {newest['roc_auc']:.3f}, usually {usual:.3f}.",
            )
        )
    said = _expected(newest)
    gap = newest["churn_rate"] - said
    if abs(gap) > max(limits.calibration_gap, DOUBT * _rate_error(newest)):
        expected, churned = percent(said, 1), percent(newest["churn_rate"], 1)
        without = " (those whom a campaign contacted left out)" if newest.get("contacted", 0) > 0 else ""
        worse.append(
            (
                "rate_missed",
                f"{expected} of the customers scored on {when} were expected to churn, {churned} "
                f"did{without}.",
            )
        )
    if newest["log_loss"] > newest["log_loss_of_rate"] and newest["roc_auc"] - 0.5 < DOUBT * auc_error(
        newest
    ):
        worse.append(
            (
                "no_better_than_rate",
                f"The scores of {when} told no more than the churn rate alone would have.",
            )
        )
    return [Finding(kind, str(newest["run_id"]), sentence) for kind, sentence in worse]


def auc_error(scoring: pd.Series) -> float:
    """Standard error of a scoring's ROC-AUC (Hanley & McNeil 1982); NaN where it has none."""
    auc, n = float(scoring["roc_auc"]), _customers(scoring)
    churned = float(scoring["churn_rate"]) * n
    stayed = n - churned
    if not churned or not stayed:
        return float("nan")
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = (auc * (1 - auc) + (churned - 1) * (q1 - auc**2) + (stayed - 1) * (q2 - auc**2)) / (
        churned * stayed
    )
    return float(np.sqrt(max(variance, 0.0)))


def _rate_error(scoring: pd.Series) -> float:
    expected = _expected(scoring)
    return float(np.sqrt(expected * (1 - expected) / _customers(scoring)))


def _expected(scoring: pd.Series) -> float:
    """Mean probability of the graded; a table of an earlier version has that of all."""
    found = scoring.get("expected_of_graded")
    return float(scoring["expected_churn_rate"] if found is None or pd.isna(found) else found)


def _customers(scoring: pd.Series) -> float:
    """How many customers of equal weight the figures rest on."""
    found = scoring.get("effective_customers")
    return float(scoring["graded"] if found is None or pd.isna(found) else found)
