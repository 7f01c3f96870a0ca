"""Every outcome of one offer against those left alone in the same strata."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from churn_pipeline.campaigns.assignment.strata import CONTROL
from churn_pipeline.campaigns.measurement.looks import CONFIDENCE, Look
from churn_pipeline.campaigns.measurement.means import mean_difference, without_known
from churn_pipeline.campaigns.measurement.rates import (
    Estimate,
    StratumCounts,
    rate_difference,
    share_saved,
)
from churn_pipeline.campaigns.measurement.verdicts import (
    ORDERS,
    PROFIT,
    RETENTION,
    REVENUE,
    SUCCESS,
    outcome_sentence,
    verdict_of,
)
from churn_pipeline.core.documents.campaigns import ArmOutcome
from churn_pipeline.core.enums import Segment

KNOWN_BEFORE = ["churn_probability", "past_revenue"]


@dataclass(frozen=True)
class Compared:
    """arm and its offer in words; rows: of the arm and of its controls, in strata that hold both;
    is_treated, stratum: arrays in the rows' order."""

    arm: str
    offer: str
    rows: pd.DataFrame

    @property
    def is_treated(self) -> np.ndarray:
        """Which rows were contacted."""
        return (self.rows["arm"] != CONTROL).to_numpy(bool)

    @property
    def stratum(self) -> np.ndarray:
        """The stratum of each row, 0, 1, ..."""
        return pd.factorize(self.rows["stratum"], sort=True)[0]


def compared(members: pd.DataFrame, arms: list[str], arm: str, offer: str) -> Compared:
    """The customers of `arms` and the controls of their strata; members: `outcomes.member_outcomes`."""
    return Compared(arm, offer, _comparable(members[members["arm"].isin([*arms, CONTROL])]))


def _comparable(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows in strata that hold both treated and control customers."""
    treated = (rows["arm"] != CONTROL).groupby(rows["stratum"]).transform("mean")
    return rows[(treated > 0) & (treated < 1)].reset_index(drop=True)


def arm_outcomes(group: Compared, look: Look, is_large_enough: bool, currency: str) -> list[ArmOutcome]:
    """Retention, orders, revenue, profit, and the share of would-be churners kept."""
    pairs = {
        outcome: _estimates(group, outcome, look) if len(group.rows) and look.number else (None, None)
        for outcome in (RETENTION, ORDERS, REVENUE, PROFIT, SUCCESS)
    }
    return [
        _said(group, outcome, found, always, look, is_large_enough, currency)
        for outcome, (found, always) in pairs.items()
    ]


def segment_outcomes(group: Compared, look: Look, currency: str) -> list[ArmOutcome]:
    """The share of would-be churners kept in each risk segment, once the campaign is over; segments in which
    none of those left alone churned say nothing."""
    found = []
    there = set(group.rows["segment"])
    scored = [segment for segment in Segment if segment.is_scored and segment in there]
    for segment in scored if look.is_last else []:
        rows = _comparable(group.rows[group.rows["segment"] == segment])
        words = f"{group.offer}, {str(segment).replace('_', ' ')}"
        part = Compared(group.arm, words, rows)
        kept, always = _estimates(part, SUCCESS, look)
        if kept is not None:
            said = _said(part, SUCCESS, kept, always, look, False, currency)
            found.append(said.model_copy(update={"segment": str(segment)}))
    return found


def _estimates(group: Compared, outcome: str, look: Look) -> tuple[Estimate | None, Estimate | None]:
    """The outcome with the interval of this look, and with that of all looks."""
    levels = (CONFIDENCE, look.confidence)
    if outcome == RETENTION:
        found, always = (rate_difference(_counts(group, "retention"), level) for level in levels)
        return found, always
    if outcome == SUCCESS:
        active = group.rows["segment"] != Segment.LAPSED  # a lapsed customer cannot churn any more
        scored = Compared(group.arm, group.offer, _comparable(group.rows[active]))
        if not look.is_last or scored.rows.empty:
            return None, None
        churned = _counts(scored, "retention").of_the_others()
        return share_saved(churned, levels[0]), share_saved(churned, levels[1])
    stratum, treated = group.stratum, group.is_treated
    y = without_known(
        group.rows[outcome].to_numpy(np.float64),
        group.rows[KNOWN_BEFORE].to_numpy(np.float64),
        2 * stratum + treated,
    )
    return mean_difference(y, treated, stratum, levels[0]), mean_difference(y, treated, stratum, levels[1])


def _counts(group: Compared, happened: str) -> StratumCounts:
    treated, stratum = group.is_treated, group.stratum
    yes = group.rows[happened].to_numpy() > 0
    size = int(stratum.max()) + 1
    return StratumCounts(
        np.bincount(stratum[treated], minlength=size),
        np.bincount(stratum[treated & yes], minlength=size),
        np.bincount(stratum[~treated], minlength=size),
        np.bincount(stratum[~treated & yes], minlength=size),
    )


def _said(
    group: Compared,
    outcome: str,
    found: Estimate | None,
    always: Estimate | None,
    look: Look,
    is_large_enough: bool,
    currency: str,
) -> ArmOutcome:
    treated = int(group.is_treated.sum()) if len(group.rows) else 0
    verdict = verdict_of(found, always, look, is_large_enough)
    return ArmOutcome(
        arm=group.arm,
        outcome=outcome,
        treated=found.treated if found else None,
        control=found.control if found else None,
        estimate=found.difference if found else None,
        low=found.low if found else None,
        high=found.high if found else None,
        always_low=always.low if always else None,
        always_high=always.high if always else None,
        n_treated=treated,
        n_control=len(group.rows) - treated,
        verdict=verdict,
        sentence=outcome_sentence(
            group.offer, outcome, found if look.is_last else always, look, verdict, currency
        ),
    )
