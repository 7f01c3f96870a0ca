"""From the tables of scores and customer value to what the money functions take."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.insights.money.campaign import Campaign, CustomerEconomics
from churn_pipeline.insights.money.measured_rates import NORMAL_80, MeasuredRate
from churn_pipeline.scoring.tiers import tiers_in_use
from churn_pipeline.shop.config import ShopConfig

Floats = npt.NDArray[np.float64]
WIDEST_SPREAD = 3.0
"""Standard deviation of one customer's value over the value: the most that is believed, and what is taken
where nothing is known."""
CAMPAIGN_SETTINGS = (
    "success_rate",
    "success_evidence",
    "level_error",
    "discount_percent",
    "redemption_rate",
    "contact_cost",
    "fixed_cost",
)


def at_level(config: ShopConfig, store: ShopStore) -> ShopConfig:
    """The shop's configuration with `roi.level_error` as the level that its probabilities carry says of
    itself (level.json); as set where no level could be estimated."""
    now = store.document("level")["now"] if store.has_document("level") else None
    if now is None:
        return config
    return config.model_copy(update={"roi": config.roi.model_copy(update={"level_error": now["sd"]})})


def scored_customers(scores: pd.DataFrame, value: pd.DataFrame) -> pd.DataFrame:
    """The eligible customers with their value, ordered by customer_id; BadInput when a scored customer has no
    value."""
    joined = with_value(scores.loc[scores["churn_probability"].notna()], value).sort_values(
        "customer_id", ignore_index=True
    )
    missing = joined.loc[joined["save_worth"].isna(), "customer_id"]
    if len(missing):
        raise BadInput(
            f"Table customer_value has no row for {len(missing)} scored customers, "
            f"such as {missing.iloc[0]!r}; score the shop again."
        )
    return joined


def with_value(scores: pd.DataFrame, value: pd.DataFrame) -> pd.DataFrame:
    """customer_scores with the columns of customer_value beside it; CLV is the one shown, that of
    customer_scores.

    BadInput where the values were written by a version that did not know the worth of a save.
    """
    if "save_worth" not in value:
        raise BadInput(
            "Table customer_value was written by an earlier version and lacks the worth of a save; "
            "score the shop again."
        )
    return scores.merge(value.drop(columns="clv"), on="customer_id", how="left", validate="one_to_one")


def customer_economics(customers: pd.DataFrame) -> CustomerEconomics:
    """Arrays for the money functions, in the order of `customers` (columns of customer_value and
    churn_probability).

    The spread of a save's worth has the relative width of the customer's CLV interval, less what all values
    share (`value_error`), at most three times the worth; three times where there is no interval (the simple
    rule)."""
    clv, save = customers["clv"].to_numpy(np.float64), customers["save_worth"].to_numpy(np.float64)
    width = customers["clv_high"].to_numpy(np.float64) - customers["clv_low"].to_numpy(np.float64)
    relative = np.divide(width / NORMAL_80, clv, out=np.full(len(clv), WIDEST_SPREAD), where=clv > 0)
    own = np.sqrt(np.maximum(relative**2 - customers["clv_error"].to_numpy(np.float64) ** 2, 0.0))
    own = np.clip(np.nan_to_num(own, nan=WIDEST_SPREAD), 0.0, WIDEST_SPREAD)
    ends = customers["save_worth_high"].to_numpy(np.float64) - customers["save_worth_low"].to_numpy(
        np.float64
    )
    return CustomerEconomics(
        churn_probability=customers["churn_probability"].to_numpy(np.float64),
        clv=clv,
        save_value=save,
        save_value_sd=np.abs(save) * own,
        order_value=customers["expected_order_value"].to_numpy(np.float64),
        save_value_half=ends / 2,
        value_error=float(customers["clv_error"].max()) if len(customers) else 0.0,
    )


def shop_campaign(config: ShopConfig, scores: pd.DataFrame, measured: MeasuredRate | None = None) -> Campaign:
    """The shop's assumptions as a campaign, contacting as many as pay for themselves; a measured rate
    replaces the assumed one.

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
    """How many observed customers a rate with this 80 % interval is worth: the n of a Beta(rate n, (1 - rate)
    n) of the same variance."""
    variance = ((high - low) / NORMAL_80) ** 2
    return max(rate * (1 - rate) / variance - 1, 0.5) if variance > 0 else 1e6
