"""Scores: every customer with an order, with status, probability, tier, value, money at risk and reasons."""

import pandas as pd

from churn_pipeline.core.enums import Status
from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.tables import CUSTOMER_SCORES
from churn_pipeline.explain.explanation import Explanation
from churn_pipeline.explain.feature_wording import Usage
from churn_pipeline.explain.reasons import reasons_for_all
from churn_pipeline.purchase_model.customer_value import value_at_probability
from churn_pipeline.scoring.status import customer_status
from churn_pipeline.scoring.tiers import risk_tiers, tiers_in_use
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.models.churn_model import ChurnModel, churn_probability


def score_customers(
    run: ShopRun,
    model: ChurnModel,
    explanation: Explanation,
    features: pd.DataFrame,
    value: pd.DataFrame,
    outlook: pd.DataFrame,
) -> pd.DataFrame:
    """The table customer_scores, one row per customer with an order before the features' cutoff, sorted by
    customer.

    features: the eligible customers' features at their cutoff (customer_features), one row for each row of
        `explanation`; value: the table customer_value; outlook: ReturnOutlook.customers. With p the chance of
        no order within H (the champion's, or one less the return probability), CLV is (1 - p) * value if
        retained + p * value if churned; money at risk is the champion's p * worth of a save. ChurnError when
        the tables do not belong together."""
    config, horizon, as_of = run.config, run.horizon, features["as_of"].max().to_pydatetime()
    with run.store.query(["transactions"]) as connection:
        customers = customer_status(connection, as_of, horizon, config.min_orders)
    _require_same_customers(customers, features, explanation)
    given = pd.DataFrame(
        {
            "customer_id": features["customer_id"].to_numpy(),
            "churn_probability": churn_probability(model, features[list(model.features)]),
            "top_risk_factors": _documents(explanation, features, Usage(config.currency, horizon)),
        }
    )
    scores = customers.merge(given, on="customer_id", how="left")
    worth = value[["customer_id", "value_if_retained", "value_if_churned", "save_worth"]]
    for part, needed in ((worth, "save_worth"), (outlook, "return_probability")):
        scores = scores.merge(part, on="customer_id", how="left")
        lacking = scores.loc[scores[needed].isna(), "customer_id"]
        if len(lacking):
            raise ChurnError(
                f"customer {lacking.iloc[0]!r} has orders but no {needed.replace('_', ' ')}; "
                f"score the shop again"
            )
    p = scores["churn_probability"]
    scores["as_of"] = pd.Timestamp(as_of)
    scores["risk_tier"] = risk_tiers(p, tiers_in_use(config.tiers, p))
    scores["clv"] = value_at_probability(scores, 1 - scores["return_probability"].to_numpy(float))
    scores["money_at_risk"] = p * scores["save_worth"]
    return scores[CUSTOMER_SCORES.schema.names]


def _documents(
    explanation: Explanation, features: pd.DataFrame, usage: Usage
) -> list[list[dict[str, object]]]:
    return [
        [reason.to_document() for reason in reasons]
        for reasons in reasons_for_all(explanation, features, usage)
    ]


def _require_same_customers(
    customers: pd.DataFrame, features: pd.DataFrame, explanation: Explanation
) -> None:
    """ChurnError where features, explanation and ledger speak of different customers: they come from
    different runs."""
    eligible = set(customers.loc[customers["status"] == Status.ELIGIBLE, "customer_id"])
    if eligible != set(features["customer_id"]) or len(features) != len(explanation.values):
        raise ChurnError(
            f"{len(features)} customers have features and {len(explanation.values)} an explanation, "
            f"but {len(eligible)} are eligible; "
            "run the shop again so that its tables belong together"
        )
