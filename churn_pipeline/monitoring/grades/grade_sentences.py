"""How earlier scorings turned out, for a terminal of 80 columns."""

import pandas as pd

from churn_pipeline.core.enums import Tier
from churn_pipeline.core.wording import counted, day, money, number, percent
from churn_pipeline.monitoring.grades.grading import KNOWN


def grades_in_words(scorings: pd.DataFrame, currency: str = "") -> str:
    """One line per scoring with a known outcome, then tiers and money of the newest of them, then what is not
    yet known.

    scorings: the table graded_scorings.
    """
    graded, waiting = scorings[scorings["outcome"] == KNOWN], scorings[scorings["outcome"] != KNOWN]
    parts = [_graded(graded, currency)] if len(graded) else ["No scoring's horizon has passed yet."]
    if len(waiting):
        parts.append("Not yet known\n" + "\n".join(map(_waiting, waiting.to_dict("records"))))
    return "\n\n".join(parts)


def _graded(scorings: pd.DataFrame, currency: str) -> str:
    head = (
        f"{'scored as of':<12} {'model':>5} {'customers':>9} {'expected':>8} {'churned':>8} {'AUC':>6} "
        f"{'log loss':>8} {'ECE':>6}"
    )
    lines = [
        f"{day(r['as_of']):<10}   {r['model_version']:>5} {number(r['graded']):>9} "
        f"{percent(r['expected_churn_rate'], 1):>8} {percent(r['churn_rate'], 1):>8} "
        f"{r['roc_auc']:>6.3f} {r['log_loss']:>8.4f} {r['calibration_error']:>6.3f}"
        for r in scorings.to_dict("records")
    ]
    newest = scorings.iloc[-1]
    tiers = [
        f"  {tier:<6} {number(newest[f'{tier}_customers']):>7} customers, "
        f"expected {percent(newest[f'{tier}_expected_churn_rate'], 1):>7}, "
        f"churned {percent(newest[f'{tier}_churn_rate'], 1):>7}"
        for tier in Tier
        if newest[f"{tier}_customers"]
    ]
    expected, was, flagged = (
        money(newest[name], currency)
        for name in ("expected_clv_of_churners", "clv_of_churners", "clv_of_churners_flagged")
    )
    worth = (
        f"  CLV of those who churned: expected {expected}, was {was},\n  of which {flagged} had been "
        f"flagged high or medium."
    )
    with_campaigns = _campaign_lines(newest)
    return "\n".join(
        [head, *lines, *with_campaigns, "", f"The scoring of {day(newest['as_of'])} by tier", *tiers, worth]
    )


def _campaign_lines(newest: pd.Series) -> list[str]:
    """What campaigns did to the newest graded scoring, where they did anything."""
    if not newest.get("contacted", 0) > 0:
        return []
    return [
        f"  {counted(int(newest['contacted']), 'customers')} were contacted by a campaign meanwhile and are "
        "not graded;",
        f"  without it {percent(newest['churn_rate'], 1)} would have churned, "
        f"{percent(newest['churn_rate_happened'], 1)} did.",
    ]


def _waiting(row: dict) -> str:
    whom = (
        f"{counted(row['customers'], 'customers')}, {percent(row['expected_churn_rate'], 1)} expected "
        f"to churn"
    )
    return (
        f"  {day(row['as_of'])}, model {row['model_version']}: {whom};\n  known from {day(row['due_at'])} on"
    )
