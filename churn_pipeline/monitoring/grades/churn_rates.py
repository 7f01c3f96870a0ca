"""The churn rate of every cutoff whose outcome is known, from the ledger, and whether the newest one is
unusually high."""

import numpy as np
import pandas as pd

from churn_pipeline.churn_definition.labels import population
from churn_pipeline.churn_definition.treated_labels import untreated_rows
from churn_pipeline.core.settings import MonitoringLimits
from churn_pipeline.core.wording import counted, day, percent
from churn_pipeline.monitoring.grades.degradation import DOUBT, Finding
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.data.embargo import cutoff_plan
from churn_pipeline.training.level.shop_level import SEASON_WINDOW, YEAR


def churn_rates(run: ShopRun) -> pd.DataFrame:
    """One row per mature cutoff, oldest first: cutoff, customers (eligible), churn_rate, happened, and
    usual_rate.

    churn_rate: what it would have been without campaigns (churn_definition/treated_labels.py); happened: with
        them; the two differ only where a campaign left some alone by lot.

    usual_rate: mean of the cutoffs of the same season a year before, where there are any, else the median of
        those at least one horizon earlier (nearer ones share outcomes with it); NaN where there are none
        either. BadInput when the history is too short for a cutoff."""
    plan, horizon = cutoff_plan(run), run.horizon
    with run.store.query(["transactions"], run.settings.threads) as connection:
        rows = population(
            connection,
            [*plan.level, *plan.training, *plan.embargoed, plan.test],
            horizon,
            run.config.min_orders,
        ).to_pandas()
    happened = rows.groupby("cutoff")["churned"].mean()
    rows, _ = untreated_rows(rows, run.store, horizon)
    rates = (
        rows.groupby("cutoff").agg(customers=("customer_id", "nunique"), churn_rate=("churned", "mean"))
    ).reset_index()
    rates["happened"] = rates["cutoff"].map(happened)
    rates["usual_rate"] = [usual_rate(rates, cutoff, horizon) for cutoff in rates["cutoff"]]
    return rates


def usual_rate(rates: pd.DataFrame, cutoff: pd.Timestamp, horizon: int) -> float:
    """The churn rate to expect at `cutoff` from what was before it; see churn_rates."""
    season = rates[(rates["cutoff"] - (cutoff - YEAR)).abs() <= SEASON_WINDOW]
    if len(season):
        return float(season["churn_rate"].mean())
    before = rates[rates["cutoff"] <= cutoff - pd.Timedelta(days=horizon)]
    return float(before["churn_rate"].median()) if len(before) else float("nan")


def churn_rate_spike(rates: pd.DataFrame, limits: MonitoringLimits) -> list[Finding]:
    """A finding where the newest known churn rate exceeds the usual one by more than the limit and more than
    chance gives."""
    if rates.empty:
        return []
    newest = rates.iloc[-1]
    usual, n = float(newest["usual_rate"]), float(newest["customers"])
    if not newest["churn_rate"] - usual > max(
        limits.churn_rate_rise, DOUBT * float(np.sqrt(usual * (1 - usual) / n))
    ):
        return []
    whom, churned = counted(int(n), "customers"), percent(newest["churn_rate"], 1)
    sentence = f"Of the {whom} of {day(newest['cutoff'])} {churned} churned; usually {percent(usual, 1)}."
    return [Finding("churn_rate_spike", f"{newest['cutoff']:%Y-%m-%d}", sentence)]
