"""What a shop's scores mean for its business: one function for each result, over the shop's tables."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from churn_pipeline.insights.actions.complements import products_bought
from churn_pipeline.insights.actions.recommendations import (
    Recommendations,
    recommend,
    recommendations_document,
)
from churn_pipeline.insights.changes import period_changes
from churn_pipeline.insights.drivers import churn_drivers
from churn_pipeline.insights.early_warnings import days_to_second_order, early_warnings
from churn_pipeline.insights.forecast import forecast_churn
from churn_pipeline.insights.money.economics import at_level
from churn_pipeline.insights.money.measured_rates import measured_rate
from churn_pipeline.insights.money.scenarios import roi_scenarios
from churn_pipeline.insights.segments.customer_segments import segment_customers
from churn_pipeline.insights.segments.risk import risk_segments
from churn_pipeline.shop.run import ShopRun


@dataclass(frozen=True)
class Segmented:
    """segments: the table risk_segments; customers: the table customer_segments; overview:
    customer_segments.json."""

    segments: pd.DataFrame
    customers: pd.DataFrame
    overview: dict[str, Any]


@dataclass(frozen=True)
class Recommended:
    """found: the tables recommendations (groups) and recommended_actions (actions); document:
    recommendations.json."""

    found: Recommendations
    document: dict[str, Any]


def segment_shop(run: ShopRun) -> Segmented:
    """The risk segments, and each customer's groups."""
    scores = run.store.read("customer_scores")
    customers, overview = segment_customers(
        scores, run.store.read("shap_values"), run.config, run.settings.seed
    )
    return Segmented(
        risk_segments(scores, run.config, run.store.read("customer_features")), customers, overview
    )


def shop_drivers(run: ShopRun) -> pd.DataFrame:
    """The table churn_drivers: why customers churn, and what changed since the period before."""
    scores, shap, features = (
        run.store.read(name) for name in ("customer_scores", "shap_values", "customer_features")
    )
    as_of, currency, threads = scores["as_of"].max(), run.config.currency, run.settings.threads
    changes = period_changes(run.store, as_of, run.horizon, currency, threads)
    drivers = churn_drivers(scores, shap, features, run.config, run.horizon)
    parts = [part for part in (drivers, changes) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else changes


def shop_scenarios(run: ShopRun) -> pd.DataFrame:
    """The table roi_scenarios."""
    scores, value = run.store.read("customer_scores"), run.store.read("customer_value")
    return roi_scenarios(scores, value, at_level(run.config, run.store), measured_rate(run.store))


def recommend_actions(run: ShopRun) -> Recommended:
    """The best action for each customer, what they come to by segment, and the same beside the scenarios as a
    document."""
    scores, value, scenarios = (
        run.store.read(name) for name in ("customer_scores", "customer_value", "roi_scenarios")
    )
    bought = products_bought(run, scores["as_of"].max())
    config = at_level(run.config, run.store)
    found = recommend(scores, value, bought, config, measured_rate(run.store))
    return Recommended(found, recommendations_document(found, scenarios, scores, config))


def shop_forecast(run: ShopRun) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The table churn_forecast and its document, from the cutoff of the scores on."""
    as_of = run.store.read("customer_scores", ["as_of"])["as_of"].max()
    return forecast_churn(run.store, at_level(run.config, run.store), as_of.to_pydatetime(), run.horizon)


def shop_warnings(run: ShopRun) -> pd.DataFrame:
    """The table early_warnings."""
    scores, history = run.store.read("customer_scores"), run.store.read("score_history")
    gaps = days_to_second_order(run.store, scores["as_of"].max().to_pydatetime(), run.settings.threads)
    return early_warnings(scores, history, gaps, run.config, run.horizon)
