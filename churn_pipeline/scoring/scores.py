"""Scores: every customer with an order, with status, probability, tier, value, money at risk and reasons."""

from datetime import datetime
from pathlib import Path

import pandas as pd

from churn_pipeline.errors import ChurnError
from churn_pipeline.explain.explanation import Explanation
from churn_pipeline.explain.reasons import reasons_for_all
from churn_pipeline.explain.wording import Usage
from churn_pipeline.purchase_model.customer_value import value_at_probability
from churn_pipeline.schemas import CUSTOMER_SCORES
from churn_pipeline.scoring.customer_status import ELIGIBLE, customer_status
from churn_pipeline.scoring.tiers import risk_tiers, tiers_in_use
from churn_pipeline.shops import ShopConfig
from churn_pipeline.storage import duckdb_over
from churn_pipeline.training.churn_model import ChurnModel, churn_probability


def score_customers(
    folder: Path,
    config: ShopConfig,
    model: ChurnModel,
    explanation: Explanation,
    features: pd.DataFrame,
    value: pd.DataFrame,
    as_of: datetime,
    horizon: int,
) -> pd.DataFrame:
    """The table customer_scores, one row per customer with an order before `as_of`, sorted by customer.

    features: the eligible customers' features at `as_of` (customer_features), one row for each row of `explanation`; value: the table
    customer_value. With the champion's p, CLV is (1 - p) * value if retained + p * value if churned, and money at risk
    p * (value if retained - value if churned); who has no probability keeps the purchase model's CLV. ChurnError when the tables do not
    belong together.
    """
    with duckdb_over(folder, ["transactions"]) as connection:
        customers = customer_status(connection, as_of, horizon, config.min_orders)
    _require_same_customers(customers, features, explanation)
    given = pd.DataFrame(
        {
            "customer_id": features["customer_id"].to_numpy(),
            "churn_probability": churn_probability(model, features[list(model.features)]),
            "top_risk_factors": _documents(explanation, features, Usage(config.currency, horizon)),
        }
    )
    scores = customers.merge(given, on="customer_id", how="left").merge(
        value[["customer_id", "clv", "value_if_retained", "value_if_churned"]], on="customer_id", how="left"
    )
    if scores["clv"].isna().any():
        raise ChurnError(f"customer {scores.loc[scores['clv'].isna(), 'customer_id'].iloc[0]!r} has orders but no customer value")
    p = scores["churn_probability"]
    scores["as_of"] = pd.Timestamp(as_of)
    scores["risk_tier"] = risk_tiers(p, tiers_in_use(config.tiers, p))
    scores["clv"] = scores["clv"].where(p.isna(), value_at_probability(scores, p.to_numpy(float)))
    scores["money_at_risk"] = p * (scores["value_if_retained"] - scores["value_if_churned"])
    return scores[CUSTOMER_SCORES.schema.names]


def _documents(explanation: Explanation, features: pd.DataFrame, usage: Usage) -> list[list[dict[str, object]]]:
    return [[reason.to_document() for reason in reasons] for reasons in reasons_for_all(explanation, features, usage)]


def _require_same_customers(customers: pd.DataFrame, features: pd.DataFrame, explanation: Explanation) -> None:
    """ChurnError where features, explanation and ledger speak of different customers: they come from different runs."""
    eligible = set(customers.loc[customers["status"] == ELIGIBLE, "customer_id"])
    if eligible != set(features["customer_id"]) or len(features) != len(explanation.values):
        raise ChurnError(
            f"{len(features)} customers have features and {len(explanation.values)} an explanation, but {len(eligible)} are eligible; "
            "run the shop again so that its tables belong together"
        )
