"""Synthetic tables of scores, values and features that belong to one ledger, for tests of the insights."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from churn_pipeline.shop.orders import SALE
from churn_pipeline_tests.builders.ledgers import simulated_ledger

HORIZON = 60


@dataclass(frozen=True)
class Shop:
    """Tables that agree with each other, as of the end of the ledger."""

    ledger: pd.DataFrame
    scores: pd.DataFrame
    value: pd.DataFrame
    features: pd.DataFrame
    shap: pd.DataFrame


def shop_tables(customers: int = 300, seed: int = 1) -> Shop:
    """A shop whose probabilities rise with the absence; statuses, values and contributions follow from the
    ledger."""
    ledger = _with_first_orders(simulated_ledger(customers, seed=seed))
    assert "round(amount, 4) > 0" in SALE
    sales = ledger[(ledger["amount"] > 0) & ~ledger["is_return"]]
    as_of = sales["ts"].max().normalize() + pd.Timedelta(days=1)
    base = sales.groupby("customer_id").agg(
        last_order_at=("ts", "max"),
        first=("ts", "min"),
        orders=("order_id", "nunique"),
        sales=("amount", "sum"),
    )
    base["total_spend"] = ledger.groupby("customer_id")["amount"].sum()
    base = base.reset_index()
    days = (as_of - base["last_order_at"]) / pd.Timedelta(days=1)
    status = np.where(days > HORIZON, "lapsed", np.where(base["orders"] < 2, "new", "eligible"))
    eligible = status == "eligible"
    p = np.where(eligible, 0.1 + 0.85 * days / HORIZON, np.nan)
    tier = np.where(p > 0.7, "high", np.where(p > 0.4, "medium", "low")).astype(object)
    tier[~eligible] = None
    value = _values(base, days, seed)
    scores = pd.DataFrame(
        {
            "customer_id": base["customer_id"],
            "as_of": as_of,
            "status": status,
            "churn_probability": p,
            "risk_tier": tier,
            "return_probability": np.where(eligible, 1 - p, 0.3 / (1 + days / HORIZON)),
            "expected_next_order_at": pd.NaT,
            "expected_next_order_low": pd.NaT,
            "expected_next_order_high": pd.NaT,
            "clv": value["clv"],
            "money_at_risk": np.where(eligible, p * value["save_worth"], np.nan),
            "last_order_at": base["last_order_at"],
            "days_since_last_order": days,
            "orders": base["orders"],
            "total_spend": base["total_spend"],
        }
    )
    features = _features(base, days, as_of)[eligible].reset_index(drop=True)
    shap = _contributions(features)
    scores["top_risk_factors"] = _reasons(scores, shap)
    return Shop(ledger, scores, value, features, shap)


def _with_first_orders(ledger: pd.DataFrame) -> pd.DataFrame:
    """The ledger with eight customers who ordered for the first time in its last weeks."""
    sales = ledger[ledger["amount"] > 0].tail(8)
    first = sales.assign(
        customer_id=[f"N{i}" for i in range(8)],
        order_id=[f"N{i}-0" for i in range(8)],
        ts=ledger["ts"].max().normalize() - pd.to_timedelta(5 * np.arange(8), unit="D"),
        amount=np.linspace(30, 100, 8),
        quantity=1.0,
        is_return=False,
    )
    return pd.concat([ledger, first], ignore_index=True)


def _values(base: pd.DataFrame, days: pd.Series, seed: int) -> pd.DataFrame:
    order_value = base["sales"] / base["orders"]
    expected = 12 / (1 + days / 30)
    clv = expected * order_value
    return (
        pd.DataFrame(
            {
                "customer_id": base["customer_id"],
                "clv": clv,
                "clv_low": clv * 0.5,
                "clv_high": clv * 1.6,
                "p_alive": np.exp(-days / 100),
                "expected_orders": expected,
                "expected_order_value": order_value,
                "value_if_retained": clv * 1.3,
                "value_if_churned": clv * 0.2,
                "save_worth": order_value + clv * 0.3,
                "save_worth_low": order_value,
                "save_worth_high": order_value + clv * 0.6,
                "save_worth_if_like_stayers": order_value + clv,
                "method": "bg_nbd_gamma_gamma",
                "clv_error": 0.2,
            }
        )
        .sample(frac=1, random_state=seed, ignore_index=True)
        .sort_values("customer_id", ignore_index=True)
    )


def _features(base: pd.DataFrame, days: pd.Series, as_of: pd.Timestamp) -> pd.DataFrame:
    tenure = (as_of - base["first"]) / pd.Timedelta(days=1)
    gap = (base["last_order_at"] - base["first"]) / pd.Timedelta(days=1) / (base["orders"] - 1).clip(lower=1)
    return pd.DataFrame(
        {
            "customer_id": base["customer_id"],
            "as_of": as_of,
            "days_since_last_purchase": days,
            "total_purchase_count": base["orders"].astype(float),
            "average_order_value": base["sales"] / base["orders"],
            "recency_over_mean_gap": days / gap.clip(lower=0.5),
            "trend_last_3_months": np.cos(tenure),
            "spend_trend_last_3_months": np.sin(tenure),
        }
    )


def _contributions(features: pd.DataFrame) -> pd.DataFrame:
    names = [c for c in features.columns if c not in ("customer_id", "as_of")]
    numbers = features[names]
    standard = (numbers - numbers.mean()) / numbers.std().replace(0, 1)
    contributions = standard * np.array([1.0, -0.4, -0.1, 0.6, -0.3, -0.2])
    shap = pd.concat([features[["customer_id", "as_of"]], contributions], axis=1)
    return shap.assign(base_value=-1.0, model_output=contributions.sum(axis=1) - 1.0)


def _reasons(scores: pd.DataFrame, shap: pd.DataFrame) -> list[list[dict[str, object]] | None]:
    factor = {
        "days_since_last_purchase": "long_absence",
        "recency_over_mean_gap": "overdue",
        "spend_trend_last_3_months": "lower_spend",
    }
    largest = shap.set_index("customer_id")[list(factor)].idxmax(axis=1)
    return [
        [
            {
                "factor": factor[largest[c]],
                "feature": largest[c],
                "value": 1.0,
                "impact": 0.2,
                "reason": "a reason",
            }
        ]
        if c in largest.index
        else None
        for c in scores["customer_id"]
    ]
