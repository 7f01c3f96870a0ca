"""The scoring of a shop: every customer's score with its receipt, and the rules that describe the risk
tiers."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from churn_pipeline.core.enums import Split
from churn_pipeline.explain.rules import decision_rules, rules_table, tier_profiles
from churn_pipeline.explain.stage import stored_explanation
from churn_pipeline.purchase_model.customer_value import estimate_customer_value
from churn_pipeline.scoring.eligibility import require_champion_features
from churn_pipeline.scoring.return_outlook import chance_of_lapsed_and_new, return_outlook
from churn_pipeline.scoring.score_history import with_scoring
from churn_pipeline.scoring.scores import score_customers
from churn_pipeline.scoring.tiers import risk_tiers, tiers_in_use
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.data.embargo import training_snapshots
from churn_pipeline.training.lifecycle.registry import current_champion
from churn_pipeline.training.lifecycle.return_models import current_return_models
from churn_pipeline.training.models.churn_model import churn_probability


@dataclass(frozen=True)
class Scored:
    """scores: the table customer_scores; receipts: the table score_history with this scoring added; outlook:
    return_outlook.json."""

    scores: pd.DataFrame
    receipts: pd.DataFrame
    outlook: dict[str, Any]


def shop_value(run: ShopRun) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The table customer_value as of the features' cutoff, at the chance of no order that each customer is
    shown, and its document."""
    model, _ = current_champion(run)
    features = run.store.read("customer_features")
    require_champion_features(model, features.columns, run.config.name)
    p = pd.Series(churn_probability(model, features[list(model.features)]), index=features["customer_id"])
    others = chance_of_lapsed_and_new(current_return_models(run), run.store.read("return_features"))
    as_of = features["as_of"].max().to_pydatetime()
    return estimate_customer_value(run.store, run.config, as_of, run.horizon, pd.concat([p, 1 - others]))


def score_shop(run: ShopRun, run_id: str) -> Scored:
    """Scores every customer with an order as of the features' cutoff; receipts of the same run_id, should it
    be repeated, are replaced."""
    model, version = current_champion(run)
    features, value = run.store.read("customer_features"), run.store.read("customer_value")
    churn = churn_probability(model, features[list(model.features)])
    outlook = return_outlook(
        run,
        features["as_of"].max().to_pydatetime(),
        pd.Series(churn, index=features["customer_id"].to_numpy()),
    )
    scores = score_customers(run, model, stored_explanation(run), features, value, outlook.customers)
    history = run.store.read("score_history") if run.store.exists("score_history") else None
    now = datetime.now(UTC).replace(tzinfo=None)
    receipts = with_scoring(
        history, scores, run_id=run_id, model_version=version, scored_at=now, horizon=run.horizon
    )
    return Scored(scores, receipts, outlook.document)


def shop_rules(run: ShopRun) -> pd.DataFrame:
    """The table decision_rules: short rules for churning and staying, measured at the test cutoff, and a rule
    for each risk tier."""
    model, _ = current_champion(run)
    snapshots, names = training_snapshots(run), list(model.features)
    test = snapshots["split"] == Split.TEST
    rules = decision_rules(snapshots[~test], snapshots[test], names)
    probability = stored_explanation(run).probability
    tiers = risk_tiers(pd.Series(probability), tiers_in_use(run.config.tiers, probability))
    return rules_table(
        rules, tier_profiles(run.store.read("customer_features"), tiers, names), run.config.currency
    )
