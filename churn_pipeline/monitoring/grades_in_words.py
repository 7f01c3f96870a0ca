"""How earlier scorings turned out, for a terminal of 80 columns."""

import pandas as pd

from churn_pipeline.monitoring.grading import KNOWN
from churn_pipeline.scoring.tiers import HIGH, LOW, MEDIUM


def grades_in_words(scorings: pd.DataFrame, currency: str = "") -> str:
    """One line per scoring with a known outcome, then tiers and money of the newest of them, then what is not yet known.

    scorings: the table graded_scorings.
    """
    known, open_ = scorings[scorings["outcome"] == KNOWN], scorings[scorings["outcome"] != KNOWN]
    parts = [_graded(known, currency)] if len(known) else ["No scoring's horizon has passed yet."]
    if len(open_):
        parts.append("Not yet known\n" + "\n".join(map(_waiting, open_.to_dict("records"))))
    return "\n\n".join(parts)


def _graded(known: pd.DataFrame, currency: str) -> str:
    head = f"{'scored as of':<12} {'model':>5} {'customers':>9} {'expected':>8} {'churned':>8} {'AUC':>6} {'log loss':>8} {'ECE':>6}"
    lines = [
        f"{r['as_of']:%Y-%m-%d}   {r['model_version']:>5} {r['graded']:>9,} {r['expected_churn_rate']:>8.1%} {r['churn_rate']:>8.1%} "
        f"{r['roc_auc']:>6.3f} {r['log_loss']:>8.4f} {r['calibration_error']:>6.3f}"
        for r in known.to_dict("records")
    ]
    newest = known.iloc[-1]
    tiers = [
        f"  {tier:<6} {newest[f'{tier}_customers']:>7,} customers, expected {newest[f'{tier}_expected_churn_rate']:>6.1%}, "
        f"churned {newest[f'{tier}_churn_rate']:>6.1%}"
        for tier in (HIGH, MEDIUM, LOW)
        if newest[f"{tier}_customers"]
    ]
    expected, was, flagged = (
        f"{newest[name]:,.0f} {currency}".rstrip() for name in ("expected_clv_of_churners", "clv_of_churners", "clv_of_churners_flagged")
    )
    money = f"  CLV of those who churned: expected {expected}, was {was},\n  of which {flagged} had been flagged high or medium."
    return "\n".join([head, *lines, "", f"The scoring of {newest['as_of']:%Y-%m-%d} by tier", *tiers, money])


def _waiting(row: dict) -> str:
    said = f"{row['customers']:,} customers, {row['expected_churn_rate']:.1%} expected to churn"
    return f"  {row['as_of']:%Y-%m-%d}, model {row['model_version']}: {said};\n  known from {row['due_at']:%Y-%m-%d} on"
