"""From the tables of scores and customer value to what the money functions take."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from churn_pipeline.errors import BadInput
from churn_pipeline.insights.money import Campaign, CustomerEconomics
from churn_pipeline.schemas import CAMPAIGN_RESULTS
from churn_pipeline.scoring.tiers import tiers_in_use
from churn_pipeline.shops import ShopConfig
from churn_pipeline.storage import read_table, table_path

NORMAL_80 = 2 * 1.2815515655446004  # width of an 80 % interval in standard deviations
CAMPAIGN_SETTINGS = ("success_rate", "success_evidence", "discount_percent", "redemption_rate", "contact_cost", "fixed_cost")


@dataclass(frozen=True)
class MeasuredRate:
    """Share of would-be churners whom the shop's own campaigns saved, with its 80 % interval; it replaces the assumed success rate."""

    rate: float
    low: float
    high: float


def measured_rate(folder: Path) -> MeasuredRate | None:
    """What the campaigns in the table campaign_results achieved, weighted by the inverse of their variance; None without any."""
    if not table_path(folder, CAMPAIGN_RESULTS.name).exists():
        return None
    results = read_table(folder, CAMPAIGN_RESULTS.name)
    sd = (results["success_rate_high"] - results["success_rate_low"]).to_numpy(np.float64) / NORMAL_80
    known = sd > 0
    if not known.any():
        return None
    weight = 1 / sd[known] ** 2
    rate, half = (
        float(weight @ results["success_rate"].to_numpy(np.float64)[known] / weight.sum()),
        NORMAL_80 / 2 / float(np.sqrt(weight.sum())),
    )
    return MeasuredRate(rate, rate - half, rate + half)


def scored_customers(scores: pd.DataFrame, value: pd.DataFrame) -> pd.DataFrame:
    """The eligible customers with their value, ordered by customer_id; BadInput when a scored customer has no value."""
    scored = scores.loc[scores["churn_probability"].notna()].drop(columns="clv")
    joined = scored.merge(value, on="customer_id", how="left", validate="one_to_one").sort_values("customer_id", ignore_index=True)
    missing = joined.loc[joined["clv"].isna(), "customer_id"]
    if len(missing):
        raise BadInput(
            f"Table customer_value has no row for {len(missing)} scored customers, such as {missing.iloc[0]!r}; score the shop again."
        )
    return joined


def customer_economics(customers: pd.DataFrame) -> CustomerEconomics:
    """Arrays for the money functions, in the order of `customers` (columns of customer_value and churn_probability).

    The spread of a save's worth has the relative width of the customer's CLV interval, at most three times the worth.
    """
    clv = customers["clv"].to_numpy(np.float64)
    save = customers["value_if_retained"].to_numpy(np.float64) - customers["value_if_churned"].to_numpy(np.float64)
    width = customers["clv_high"].to_numpy(np.float64) - customers["clv_low"].to_numpy(np.float64)
    relative = np.divide(width / NORMAL_80, clv, out=np.zeros(len(clv)), where=clv > 0)
    relative = np.clip(np.nan_to_num(relative), 0.0, 3.0)
    return CustomerEconomics(
        churn_probability=customers["churn_probability"].to_numpy(np.float64),
        clv=clv,
        save_value=save,
        save_value_sd=np.abs(save) * relative,
        order_value=customers["expected_order_value"].to_numpy(np.float64),
    )


def shop_campaign(config: ShopConfig, scores: pd.DataFrame, measured: MeasuredRate | None = None) -> Campaign:
    """The shop's assumptions as a campaign, contacting as many as pay for themselves; a measured rate replaces the assumed one.

    scores: customer_scores, which the limit of high risk may be relative to.
    """
    high = tiers_in_use(config.tiers, scores["churn_probability"]).high
    return replace(assumed_campaign(config, measured), high_risk_above=high)


def assumed_campaign(config: ShopConfig, measured: MeasuredRate | None = None) -> Campaign:
    """The same for whomever it contacts, without a limit of high risk."""
    assumed = {name: getattr(config.roi, name) for name in CAMPAIGN_SETTINGS}
    if measured is not None:
        rate = min(max(measured.rate, 0.0), 1.0)
        assumed |= {"success_rate": rate, "success_evidence": evidence_of(rate, measured.low, measured.high)}
    return Campaign(**assumed)


def evidence_of(rate: float, low: float, high: float) -> float:
    """How many observed customers a rate with this 80 % interval is worth: the n of a Beta(rate n, (1 - rate) n) of the same variance."""
    variance = ((high - low) / NORMAL_80) ** 2
    return max(rate * (1 - rate) / variance - 1, 0.5) if variance > 0 else 1e6
