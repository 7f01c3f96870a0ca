"""Whether a campaign's groups are still those that the lot drew."""

import pandas as pd
from scipy.stats import fisher_exact

from churn_pipeline.campaigns.assignment.strata import CONTROL
from churn_pipeline.campaigns.measurement.responses import Responses
from churn_pipeline.core.documents.campaigns import CampaignPlan, Contamination, SampleRatio
from churn_pipeline.core.wording import counted, counted_doing, number, percent

SUSPICIOUS = 0.001


def sample_ratio(plan: CampaignPlan, members: pd.DataFrame) -> SampleRatio:
    """Whether as many customers are found in each group as were drawn: those who have gone since (erased)
    must not have gone from one group more than from the other (Fisher's exact test)."""
    control = int((members["arm"] == CONTROL).sum())
    treated = len(members) - control
    gone = plan.members - len(members)
    found = control / len(members) if len(members) else None
    if plan.control == 0:
        return SampleRatio(
            expected_control_share=0.0,
            found_control_share=found,
            p_value=None,
            passed=True,
            sentence="Nobody was left alone, so there is no share to check.",
        )
    p = float(fisher_exact([[treated, plan.treated - treated], [control, plan.control - control]]).pvalue)
    passed = p >= SUSPICIOUS
    said = (
        f"The groups are as they were drawn: {percent(plan.control_share)} were left alone."
        if gone == 0
        else f"{number(gone)} of the {counted(plan.members, 'customers')} drawn "
        f"{'is' if gone == 1 else 'are'} gone, "
        + (
            "from both groups alike."
            if passed
            else "and not from both groups alike: the comparison cannot be trusted."
        )
    )
    return SampleRatio(
        expected_control_share=plan.control_share,
        found_control_share=found,
        p_value=p,
        passed=passed,
        sentence=said,
    )


def contacted_by_others(plan: CampaignPlan, everyone: pd.DataFrame) -> str | None:
    """A sentence where customers of this campaign were contacted by one that started before its end: the lot
    of this one does not spread those contacts evenly, since its control group is spared. None where nobody
    was. everyone: rows of CAMPAIGN_MEMBERS of all campaigns.

    Contacts of campaigns that started earlier are spread by the lot, and say nothing."""
    own = everyone[everyone["campaign_id"] == plan.campaign_id]
    others = everyone[
        (everyone["campaign_id"] != plan.campaign_id)
        & (everyone["arm"] != CONTROL)
        & everyone["assigned_at"].between(plan.starts_at, plan.ends_at, inclusive="left")
        & everyone["customer_id"].isin(own["customer_id"])
    ]
    if others.empty:
        return None
    again = own["customer_id"].isin(others["customer_id"])
    control = own["arm"] == CONTROL
    names = ", ".join(sorted(others["campaign_id"].unique()))
    treated, spared = (number(int((again & arm).sum())) for arm in (~control, control))
    return (
        f"{treated} of those contacted and {spared} of those left alone were contacted again before the end "
        f"({names}): part of the difference may be that campaign's doing."
    )


def contamination(members: pd.DataFrame, told: Responses) -> Contamination:
    """Who used the offer by a response file: the treated, and those who should not have had it."""
    responses, answered = told.customers, set(told.customers)
    control = members["arm"] == CONTROL
    used = members["customer_id"].isin(answered)
    treated, leaked = int((used & ~control).sum()), int((used & control).sum())
    strangers = len(answered - set(members["customer_id"]))
    said = f"{number(treated)} of those contacted used the offer."
    if leaked:
        said += (
            f" So did {number(leaked)} of those left alone: the true effect is larger than the one measured."
        )
    if strangers:
        who = counted_doing(strangers, "customers", "in the file is", "in the file are")
        said += f" {who} not part of the campaign."
    if repeated := len(responses) - len(answered):
        said += f" {counted_doing(repeated, 'rows', 'repeats', 'repeat')} a customer."
    if told.outside:
        said += (
            f" {counted_doing(told.outside, 'rows', 'tells', 'tell')} of a day before its start or after its "
            "end and count for nothing."
        )
    if answered and strangers == len(answered):
        said += " Look whether the ids are written as in the shop's files."
    return Contamination(
        rows_read=len(responses),
        customers_matched=treated + leaked,
        treated_responses=treated,
        control_responses=leaked,
        strangers=strangers,
        outside=told.outside,
        sentence=said,
    )
