"""What all campaigns do together: every customer whom they may contact, contacted or not, against those held
out of all of them by a hash of their id."""

from datetime import datetime

import numpy as np
import pandas as pd

from churn_pipeline.campaigns.assignment.lots import held_out
from churn_pipeline.campaigns.kept_campaigns import campaign_members
from churn_pipeline.campaigns.measurement.looks import BETWEEN_LOOKS
from churn_pipeline.campaigns.measurement.means import mean_difference, without_known
from churn_pipeline.campaigns.measurement.outcomes import member_outcomes
from churn_pipeline.campaigns.measurement.rates import Estimate, StratumCounts, rate_difference
from churn_pipeline.campaigns.measurement.verdicts import ORDERS, PROFIT, RETENTION, REVENUE
from churn_pipeline.core.documents.campaigns import CampaignProgram, ProgramOutcome
from churn_pipeline.core.wording import counted, money, number, percent
from churn_pipeline.shop.orders import SALE
from churn_pipeline.shop.run import ShopRun


def campaign_program(run: ShopRun, data_end: datetime) -> CampaignProgram:
    """The program from the start of the first campaign to the data end, by everybody who had ordered before
    it; without outcomes before its first week is over, and where nobody is held out."""
    members, share = campaign_members(run.store), run.config.campaigns.holdout_share
    since = members["assigned_at"].min()
    if not len(members) or share == 0 or data_end - since < BETWEEN_LOOKS:
        return CampaignProgram(since=None, until=None, customers=0, held_out=0, outcomes=[], sentences=[])
    rows = _customers(run, members, since, data_end)
    outside = ~held_out(run.shop, rows["customer_id"].tolist(), share)
    found = _outcomes(rows, outside)
    customers, held = int(outside.sum()), int((~outside).sum())
    return CampaignProgram(
        since=since,
        until=data_end,
        customers=customers,
        held_out=held,
        outcomes=found,
        sentences=_sentences(found, since, data_end, held, share, run.config.currency),
    )


def _customers(run: ShopRun, members: pd.DataFrame, since: datetime, until: datetime) -> pd.DataFrame:
    """Everyone with an order before the first campaign, with what they did since; the cost of all contacts is
    taken off their profit."""
    with run.store.query(["transactions"], run.settings.threads) as connection:
        ids = connection.execute(
            f"SELECT DISTINCT customer_id FROM transactions WHERE ts < ? AND {SALE} ORDER BY 1",  # noqa: S608
            [since],
        ).df()
    begun = members[members["assigned_at"] < until]
    spent = begun.groupby("customer_id")["contact_cost"].sum()
    everyone = ids.assign(assigned_at=pd.Timestamp(since), contact_cost=ids["customer_id"].map(spent))
    return member_outcomes(run.store, everyone, until, run.config.roi.gross_margin, run.settings.threads)


def _outcomes(rows: pd.DataFrame, outside: np.ndarray) -> list[ProgramOutcome]:
    """Retention, orders, revenue and profit per customer; empty where a group has hardly anybody."""
    if min(outside.sum(), (~outside).sum()) < 2:
        return []
    ordered, one = rows["retention"].to_numpy() > 0, np.zeros(len(rows), np.intp)
    counts = [outside.sum(), (outside & ordered).sum(), (~outside).sum(), (~outside & ordered).sum()]
    rate = rate_difference(StratumCounts(*(np.array([count]) for count in counts)))
    found = [_outcome(RETENTION, rate)]
    for name in (ORDERS, REVENUE, PROFIT):
        known = rows[["past_revenue"]].to_numpy(np.float64)
        y = without_known(rows[name].to_numpy(np.float64), known, outside.astype(np.intp))
        difference = mean_difference(y, outside, one)
        if difference is not None:
            found.append(_outcome(name, difference))
    return found


def _outcome(name: str, found: Estimate) -> ProgramOutcome:
    return ProgramOutcome(
        outcome=name,
        others=found.treated,
        held_out=found.control,
        estimate=found.difference,
        low=found.low,
        high=found.high,
    )


def _sentences(
    found: list[ProgramOutcome], since: datetime, until: datetime, held: int, share: float, currency: str
) -> list[str]:
    by_name = {one.outcome: one for one in found}
    if not found:
        return []
    rate, said = by_name[RETENTION], []
    said.append(
        f"All campaigns together, orders from {since:%Y-%m-%d} to {until:%Y-%m-%d}: "
        f"{number(100 * rate.others, 1)} % of the customers whom they may contact ordered, "
        f"{number(100 * rate.held_out, 1)} % of the {counted(held, 'customers')} held out of all "
        f"({percent(share)}): a difference of {number(100 * rate.estimate, 1)} points (95 % interval "
        f"{number(100 * rate.low, 1)} to {number(100 * rate.high, 1)})."
    )
    if PROFIT in by_name:
        profit = by_name[PROFIT]
        said.append(
            f"Profit per customer, contacts paid: {money(profit.others, currency)} against "
            f"{money(profit.held_out, currency)}: a difference of {money(profit.estimate, currency)} (95 % "
            f"interval {money(profit.low, currency)} to {money(profit.high, currency)})."
        )
    return said
