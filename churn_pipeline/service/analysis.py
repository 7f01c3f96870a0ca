"""What can be looked at of a shop's champion: whether its probabilities held at the test, and how they move
with one feature."""

from dataclasses import asdict
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from pydantic import Field

from churn_pipeline.core.documents.document import Document
from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.service.callers import Caller
from churn_pipeline.service.results import NO_RESULTS
from churn_pipeline.service.shops import opened
from churn_pipeline.service.what_if import champion

if TYPE_CHECKING:
    import pandas as pd

POINTS_SHOWN = 500
POINTS_OF_A_SUMMARY = 200
GROUPS = 5
Versions = tuple[str | None, ...]


class CalibrationGroup(Document):
    """Test customers with like probabilities."""

    customers: int
    expected: float = Field(description="mean probability")
    observed: float = Field(description="share that churned")
    low: float = Field(description="95 % interval of that share")
    high: float


class CalibrationAnswer(Document):
    """What was expected of the test customers beside what happened; no model had seen these outcomes."""

    test_cutoff: date
    customers: int
    expected: float = Field(description="mean probability of all")
    observed: float = Field(description="share of all that churned")
    groups: list[CalibrationGroup] = Field(description="equally large, lowest probability first")


class CurvePoint(Document):
    """A value of the feature, and the mean probability if every customer had it."""

    value: float
    churn_probability: float


class CustomerPoint(Document):
    """A customer's value of the feature, and what it adds to their log-odds."""

    value: float
    contribution: float


class ValueGroup(Document):
    """Scored customers with like values of the feature."""

    low: float
    high: float
    customers: int
    churn_probability: float = Field(description="mean of theirs, as scored")


class DependenceAnswer(Document):
    """How one feature moves the champion's probabilities."""

    feature: str
    label: str
    unit: str
    scale: str = Field(description="of the contributions")
    curve: list[CurvePoint] = Field(
        description="partial dependence (Friedman 2001): all else stays as it is, so far from the data it "
        "answers what no customer asks"
    )
    customers: list[CustomerPoint] = Field(description="Shapley contributions of at most 500 customers")
    groups: list[ValueGroup] = Field(description="up to five, about equally large, lowest values first")
    missing: int = Field(description="scored customers without a value")


class SummaryPoint(Document):
    """A customer's rank by the feature's value, and what it adds to their log-odds."""

    rank: float | None = Field(description="0 the lowest value, 1 the highest; null: no value")
    contribution: float


class SummarisedFeature(Document):
    """A feature in the summary of the contributions."""

    feature: str
    label: str
    importance: float = Field(description="mean absolute contribution of the customers shown")
    customers: list[SummaryPoint]


class ShapSummary(Document):
    """What the features add to the log-odds of some customers, evenly chosen (Lundberg et al. 2020)."""

    scale: str
    customers: int = Field(description="how many are shown")
    features: list[SummarisedFeature] = Field(description="the most important ones first")


def calibration(settings: Settings, caller: Caller, shop: str) -> CalibrationAnswer:
    """The champion's probabilities at the test cutoff in groups; NotFound before the first training."""
    from churn_pipeline.training.evaluation.reliability import reliability

    store = opened(settings, caller, shop).store
    if not store.exists("test_predictions"):
        raise NotFound(NO_RESULTS.format(shop=shop))
    tested = store.read("test_predictions", ["cutoff", "p_champion", "churned"])
    p, churned = tested["p_champion"].to_numpy(float), tested["churned"].to_numpy()
    return CalibrationAnswer(
        test_cutoff=tested["cutoff"].max().date(),
        customers=len(p),
        expected=float(p.mean()),
        observed=float(churned.mean()),
        groups=[CalibrationGroup(**asdict(group)) for group in reliability(p, churned)],
    )


def dependence(settings: Settings, caller: Caller, shop: str, feature: str) -> DependenceAnswer:
    """Curve, points and groups of a feature of the champion; NotFound for one that it does not use."""
    from churn_pipeline.explain.explanation import LOG_ODDS
    from churn_pipeline.explain.partial_dependence import partial_dependence
    from churn_pipeline.features.catalogue import feature as described

    store = opened(settings, caller, shop).store
    if not store.exists("shap_values"):
        raise NotFound(NO_RESULTS.format(shop=shop))
    model = champion(settings, caller, shop)
    if feature not in model.features:
        raise NotFound(
            f"The champion of shop {shop!r} uses no feature {feature!r}; those that it uses stand under "
            "feature_importance in the results."
        )
    features, contributions = _some_customers(store, _versions(store))
    known = features[feature].dropna()
    curves = partial_dependence(model, features, feature) if len(known) else None
    groups, missing = _groups(store, _versions(store), feature)
    return DependenceAnswer(
        feature=feature,
        label=described(feature).label,
        unit=described(feature).unit,
        scale=LOG_ODDS,
        curve=[
            CurvePoint(value=value, churn_probability=p)
            for value, p in zip(curves.grid.tolist(), curves.mean.tolist(), strict=True)
        ]
        if curves is not None
        else [],
        customers=[
            CustomerPoint(value=value, contribution=contribution)
            for value, contribution in zip(
                known.tolist(), contributions.loc[known.index, feature].tolist(), strict=True
            )
        ],
        groups=groups,
        missing=missing,
    )


@lru_cache(maxsize=1)
def feature_labels() -> dict[str, str]:
    """Feature -> what people read in its place, the same wherever one is shown."""
    from churn_pipeline.features.catalogue import CATALOGUE

    return {feature.name: feature.label for feature in CATALOGUE}


def shap_summary(settings: Settings, caller: Caller, shop: str, most: int) -> ShapSummary:
    """The `most` important features with what they add for some customers; NotFound before the first
    training."""
    from churn_pipeline.explain.explanation import LOG_ODDS
    from churn_pipeline.features.catalogue import feature as described

    store = opened(settings, caller, shop).store
    if not store.exists("shap_values"):
        raise NotFound(NO_RESULTS.format(shop=shop))
    features, contributions = _some_customers(store, _versions(store))
    shown = contributions.iloc[:: max(1, -(-len(contributions) // POINTS_OF_A_SUMMARY))]
    importance = shown.abs().mean().sort_values(ascending=False, kind="stable").head(most)
    ranks = features.loc[shown.index, list(importance.index)].rank(pct=True)
    return ShapSummary(
        scale=LOG_ODDS,
        customers=len(shown),
        features=[
            SummarisedFeature(
                feature=name,
                label=described(name).label,
                importance=float(importance[name]),
                customers=[
                    SummaryPoint(rank=None if rank != rank else rank, contribution=contribution)
                    for rank, contribution in zip(ranks[name].tolist(), shown[name].tolist(), strict=True)
                ],
            )
            for name in map(str, importance.index)
        ],
    )


def forget_samples() -> None:
    """Drops what is kept of customers, for when data are erased."""
    _some_customers.cache_clear()
    _groups.cache_clear()


def _versions(store: ShopStore) -> Versions:
    return tuple(store.version(name) for name in ("customer_features", "shap_values", "customer_scores"))


@lru_cache(maxsize=8)
def _some_customers(store: ShopStore, _: Versions) -> "tuple[pd.DataFrame, pd.DataFrame]":
    """Features and contributions of at most POINTS_SHOWN customers, chosen by the hash of their id, each by
    customer."""
    from churn_pipeline.core.tables import feature_columns

    with store.query(["customer_features", "shap_values"], threads=2) as connection:
        rows = connection.execute("SELECT count(*) FROM shap_values").fetchall()[0][0]
        chosen = f"hash(customer_id) % {max(1, -(-rows // POINTS_SHOWN))} = 0"
        features, contributions = (
            connection.execute(f"SELECT * FROM {table} WHERE {chosen}").df().set_index("customer_id")  # noqa: S608
            for table in ("customer_features", "shap_values")
        )
    names = [name for name in feature_columns(list(features.columns)) if name in contributions]
    both = contributions.index.intersection(features.index).sort_values()[:POINTS_SHOWN]
    return features.loc[both, names].astype(float), contributions.loc[both, names].astype(float)


@lru_cache(maxsize=256)
def _groups(store: ShopStore, _: Versions, feature: str) -> tuple[list[ValueGroup], int]:
    """The scored customers by the value of a feature, and how many have none."""
    sql = f"""
        WITH valued AS (
            SELECT "{feature}"::DOUBLE AS value, churn_probability AS p
            FROM customer_features JOIN customer_scores USING (customer_id)
        ), grouped AS (
            SELECT value, p,
                least({GROUPS - 1}, floor({GROUPS} * percent_rank() OVER (ORDER BY value))) AS place
            FROM valued WHERE value IS NOT NULL AND NOT isnan(value)
        )
        SELECT min(value), max(value), count(*), avg(p)
        FROM grouped GROUP BY place ORDER BY place
    """  # noqa: S608 - a feature that the model has
    with store.query(["customer_features", "customer_scores"], threads=2) as connection:
        rows = connection.execute(sql).fetchall()
        everyone = connection.execute("SELECT count(*) FROM customer_features").fetchall()[0][0]
    groups = [
        ValueGroup(low=low, high=high, customers=customers, churn_probability=p)
        for low, high, customers, p in rows
    ]
    return groups, everyone - sum(group.customers for group in groups)
