"""What came of a shop's campaigns, from the orders that have arrived."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd

from churn_pipeline.campaigns.assignment.precision import (
    customers_needed,
    expected_effect,
    visible_difference,
)
from churn_pipeline.campaigns.assignment.strata import CONTROL
from churn_pipeline.campaigns.kept_campaigns import campaign_members, kept_campaigns, kept_results
from churn_pipeline.campaigns.measurement.arm_outcomes import (
    arm_outcomes,
    compared,
    segment_outcomes,
)
from churn_pipeline.campaigns.measurement.looks import Look, look_at
from churn_pipeline.campaigns.measurement.outcomes import member_outcomes
from churn_pipeline.campaigns.measurement.responses import Responses
from churn_pipeline.campaigns.measurement.soundness import contacted_by_others, contamination, sample_ratio
from churn_pipeline.campaigns.measurement.verdicts import RETENTION, SAID, SUCCESS, tells_little
from churn_pipeline.core.documents.campaigns import ArmOutcome, CampaignArm, CampaignPlan, CampaignResults
from churn_pipeline.core.tables import CAMPAIGN_RESULTS
from churn_pipeline.core.wording import counted, number
from churn_pipeline.insights.money.measured_rates import AT_USUAL_DISCOUNT
from churn_pipeline.insights.money.response import response_curve
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.orders import SALE
from churn_pipeline.shop.run import ShopRun

ALL = "all"


def shop_campaign_results(run: ShopRun) -> tuple[pd.DataFrame, list[CampaignResults]]:
    """The table campaign_results and a document for each campaign; empty where there is none."""
    found = [campaign_results(run, plan) for plan in kept_campaigns(run.store)]
    rows = [row for results in found for row in _rows(results)]
    return pd.DataFrame(rows, columns=CAMPAIGN_RESULTS.schema.names), found


def campaign_results(run: ShopRun, plan: CampaignPlan, responses: Responses | None = None) -> CampaignResults:
    """One campaign by the orders before its newest look; responses: who used the offer; None: those
    told before."""
    look = look_at(plan.starts_at, plan.ends_at, data_end(run))
    everyone = campaign_members(run.store)
    members = everyone[everyone["campaign_id"] == plan.campaign_id].reset_index(drop=True)
    measured = member_outcomes(
        run.store, members, look.until, run.config.roi.gross_margin, run.settings.threads
    )
    offers = [arm for arm in plan.arms if arm.arm != CONTROL]
    outcomes = _outcomes(measured, plan, offers, look, run.config) if plan.control else _no_control(plan)
    before = kept_results(run.store, plan.campaign_id)
    used = before.contamination if before else None
    return CampaignResults(
        campaign_id=plan.campaign_id,
        name=plan.name,
        measured_at=look.until,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        complete=look.is_last,
        share_of_time=(look.until - plan.starts_at) / (plan.ends_at - plan.starts_at),
        outcomes=outcomes,
        sample_ratio=sample_ratio(plan, members),
        contamination=used if responses is None else contamination(members, responses),
        smallest_visible_difference=_visible(measured, look),
        customers_needed=_needed(measured, plan, look),
        sentences=[
            *_sentences(plan, look, outcomes, _needed(measured, plan, look)),
            *filter(None, [contacted_by_others(plan, everyone)]),
        ],
    )


def verdicts_in_words(found: Sequence[CampaignResults]) -> dict[str, dict[str, str]]:
    """campaign_id -> the verdict on retention of all its offers together, and its sentence."""
    return {
        results.campaign_id: {"verdict": first.verdict, "sentence": first.sentence}
        for results in found
        for first in results.outcomes[:1]
    }


def data_end(run: ShopRun) -> datetime:
    """The midnight after the last order that has arrived."""
    with run.store.query(["transactions"], run.settings.threads) as connection:
        sql = f"SELECT CAST(max(ts) AS DATE) + INTERVAL 1 DAY FROM transactions WHERE {SALE}"  # noqa: S608
        [(end,)] = connection.execute(sql).fetchall()
    found: datetime = end
    return found


def _outcomes(
    measured: pd.DataFrame, plan: CampaignPlan, offers: list[CampaignArm], look: Look, config: ShopConfig
) -> list[ArmOutcome]:
    found: list[ArmOutcome] = []
    groups = [(arm.arm, arm.offer, [arm]) for arm in offers]
    if len(offers) > 1:
        groups.insert(0, (ALL, "All offers", offers))
    for name, words, among in groups:
        arms, effect = [arm.arm for arm in among], _expected(measured, among)
        group = compared(measured, arms, name, words)
        treated = int(group.is_treated.sum()) if len(group.rows) else 0
        rate = _retention(measured)
        enough = visible_difference(treated, len(group.rows) - treated, rate) <= effect
        found += arm_outcomes(group, look, enough, config.currency)
    by_segment = [
        outcome
        for arm in offers
        for outcome in segment_outcomes(
            compared(measured, [arm.arm], arm.arm, arm.offer), look, config.currency
        )
    ]
    return [*found, *_at_usual_discount(found, offers, config), *by_segment]


def _expected(measured: pd.DataFrame, arms: list[CampaignArm]) -> float:
    """The difference of retention that was planned with."""
    rates = {arm.arm: arm.success_rate for arm in arms}
    return expected_effect(measured["arm"], measured["churn_probability"], rates)


def _at_usual_discount(
    found: list[ArmOutcome], offers: list[CampaignArm], config: ShopConfig
) -> list[ArmOutcome]:
    """The success rate of each discount, moved along the response curve to the shop's usual one: what the
    money functions replace the assumed rate by."""
    usual, saturation = config.roi.discount_percent, response_curve(config).saturation
    moved = []
    for arm in offers if usual > 0 else []:
        [rate] = [o for o in found if (o.arm, o.outcome) == (arm.arm, SUCCESS)]
        if arm.discount_percent > 0 and rate.estimate is not None:
            shape = float(np.expm1(-usual / saturation) / np.expm1(-arm.discount_percent / saturation))
            moved.append(_moved(rate, arm.offer, shape, usual))
    return moved


def _moved(rate: ArmOutcome, offer: str, shape: float, usual: float) -> ArmOutcome:
    """A success rate times `shape`, which it has at the shop's usual discount (percent)."""
    values = {
        name: None if value is None else value * shape
        for name in ("estimate", "low", "high", "always_low", "always_high")
        for value in [getattr(rate, name)]
    }
    if tells_little(values["low"], values["high"]):
        said = f"{offer}: too few customers to say what that is at the shop's usual discount of {usual:g} %."
    else:
        kept = number(100 * (values["estimate"] or 0.0), 1)
        said = f"{offer}: moved to the shop's usual discount of {usual:g} %, that is {kept} %."
    return rate.model_copy(update={**values, "outcome": AT_USUAL_DISCOUNT, "sentence": said})


def _no_control(plan: CampaignPlan) -> list[ArmOutcome]:
    said = f"Nobody was left alone ({plan.no_control_reason}), so nothing can be said of the effect."
    empty = dict.fromkeys(
        ("treated", "control", "estimate", "low", "high", "always_low", "always_high"), None
    )
    return [
        ArmOutcome(
            arm=ALL,
            outcome=RETENTION,
            **empty,
            n_treated=plan.treated,
            n_control=0,
            verdict="no_control",
            sentence=said,
        )
    ]


def _retention(measured: pd.DataFrame) -> float:
    control = measured.loc[measured["arm"] == CONTROL, "retention"]
    return float(control.mean()) if len(control) else 0.5


def _visible(measured: pd.DataFrame, look: Look) -> float | None:
    control = int((measured["arm"] == CONTROL).sum())
    if not control or not look.number:
        return None
    return visible_difference(len(measured) - control, control, _retention(measured))


def _needed(measured: pd.DataFrame, plan: CampaignPlan, look: Look) -> int | None:
    if not plan.control or not look.number:
        return None
    effect = _expected(measured, [arm for arm in plan.arms if arm.arm != CONTROL])
    return customers_needed(_retention(measured), effect, plan.control_share)


def _sentences(plan: CampaignPlan, look: Look, outcomes: list[ArmOutcome], needed: int | None) -> list[str]:
    """What to know, the most important first."""
    found = []
    if look.number == 0 and plan.control:
        return [
            f"Too early to say: no whole week of orders after its start, {plan.starts_at:%Y-%m-%d}, has "
            f"arrived yet. It ends on {plan.ends_at:%Y-%m-%d}."
        ]
    if not look.is_last and plan.control:
        found.append(
            f"Week {look.number} of {look.of}: orders before {look.until:%Y-%m-%d} are counted; the campaign "
            f"ends on {plan.ends_at:%Y-%m-%d}. Until then an effect is called one only where it shows "
            "through the wider interval that allows for looking every week."
        )
    found += [outcome.sentence for outcome in outcomes]
    retention = [outcome for outcome in outcomes if outcome.outcome == RETENTION]
    if needed is not None and retention and retention[0].verdict == "too_small":
        found.append(
            f"{SAID['too_small']} A list of {counted(needed, 'customers')} would show it in four of five "
            f"campaigns; this one had {number(plan.members)}."
        )
    return found


def _rows(results: CampaignResults) -> list[dict[str, object]]:
    about = {
        "campaign_id": results.campaign_id,
        "measured_at": results.measured_at,
        "complete": results.complete,
    }
    return [about | outcome.model_dump(exclude={"sentence"}) for outcome in results.outcomes]
