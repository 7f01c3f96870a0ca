"""What can be looked at of a shop's champion: whether its probabilities held at the test, and how they move
with one feature."""

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

from pydantic import Field

from churn_pipeline.core.documents.document import Document
from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.callers import Caller
from churn_pipeline.service.results import NO_RESULTS
from churn_pipeline.service.shops import opened
from churn_pipeline.service.what_if import loaded_shop

if TYPE_CHECKING:
    import pandas as pd

POINTS_SHOWN = 500


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
    missing: int = Field(description="scored customers without a value")


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
    """Curve and points of a feature of the champion; NotFound for one that it does not use."""
    from churn_pipeline.explain.explanation import LOG_ODDS
    from churn_pipeline.explain.partial_dependence import partial_dependence
    from churn_pipeline.features.catalogue import feature as described

    store = opened(settings, caller, shop).store
    if not store.exists("shap_values"):
        raise NotFound(NO_RESULTS.format(shop=shop))
    loaded = loaded_shop(settings, caller, shop)
    if feature not in loaded.model.features:
        raise NotFound(
            f"The champion of shop {shop!r} uses no feature {feature!r}; those that it uses stand under "
            "feature_importance in the results."
        )
    values = loaded.features[feature]
    known = values.dropna()
    curves = partial_dependence(loaded.model, loaded.features, feature) if len(known) else None
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
        customers=_points(known, store.read("shap_values", ["customer_id", feature])),
        missing=int(values.isna().sum()),
    )


def _points(values: "pd.Series", contributions: "pd.DataFrame") -> list[CustomerPoint]:
    """Evenly spaced customers; values: by customer."""
    shown = values.iloc[:: max(1, -(-len(values) // POINTS_SHOWN))]
    theirs = contributions.set_index("customer_id")[values.name].reindex(shown.index)
    return [
        CustomerPoint(value=value, contribution=contribution)
        for value, contribution in zip(shown.tolist(), theirs.tolist(), strict=True)
    ]
