"""Documents about a shop's models: candidates, their comparison, the champion, the backtest."""

from datetime import date
from typing import Any

from pydantic import Field

from churn_pipeline.core.documents.document import Document, OpenDocument
from churn_pipeline.core.documents.level import ComparedLevel

Interval = tuple[float | None, float | None]
"""95 % bootstrap interval; null where the measure is."""


class Measures(OpenDocument):
    """Figures of probabilities against outcomes; a figure that the outcomes cannot give, such as an AUC where
    all churned, is null."""

    accuracy: float | None
    precision: float | None
    recall: float | None
    f1: float | None = Field(description="at `threshold`, which was chosen on out-of-fold predictions")
    roc_auc: float | None
    average_precision: float | None
    log_loss: float | None = Field(description="mean negative log-likelihood, nats")
    brier: float | None
    ece: float | None = Field(description="expected calibration error")
    threshold: float
    rows: int
    churn_rate: float | None


class CandidateDocument(Document):
    """A tuned kind of model; its log-odds lie beside it as Parquet."""

    kind: str
    params: dict[str, Any] = Field(description="the parameter set that won the race")
    features: list[str] = Field(description="the features that it uses")
    dropped: dict[str, str] = Field(description="feature that it does not use -> why")
    scale: tuple[float, float] = Field(
        description="slope and offset that made an SVM's margins log-odds; 1, 0 for the others"
    )
    cv: dict[str, dict[str, float | None]] = Field(description="measure -> mean and sd over the folds")
    seconds: float = Field(description="time that tuning took")
    trials: list[dict[str, Any]] = Field(
        description="every parameter set: params, loss, folds, left_the_race"
    )
    facts: dict[str, Any] = Field(description="rows, effort, device; reused_from_run where it was taken over")
    run_id: str = Field(description="the run that trained it or took it over; '' for none")
    basis: str = Field(
        default="", description="hash of the data, settings, code and libraries that it came from"
    )


class BaselinesDocument(Document):
    """Which run made the baselines, whose log-odds lie beside it as Parquet."""

    run_id: str


class BaselinePerformance(Measures):
    """A baseline on the test."""

    model: str = Field(description="hiatus or bg_nbd")


class ModelPerformance(Measures):
    """A model on the test, and how it came about."""

    model: str = Field(description="kind")
    is_champion: bool
    intervals: dict[str, Interval] = Field(description="measure -> its 95 % interval")
    unseen_customers: Measures = Field(
        description="on the test, each row by the fold model that never saw its customer"
    )
    cross_validation: dict[str, dict[str, float | None]] = Field(
        description="measure -> mean and sd over the folds"
    )
    calibration: dict[str, Any] = Field(
        description="the method chosen, the losses at earlier origins, the level's shift at the test"
    )
    params: dict[str, Any]
    training: dict[str, Any] = Field(description="rows and effort")
    seconds: float
    trials: list[dict[str, Any]]
    selection: dict[str, Any] = Field(description="loss, score and scaled terms of the choice")
    terms: dict[str, float | None] = Field(description="the terms before scaling")
    members: dict[str, dict[str, float]] | None = Field(
        default=None, description="of the blend: member -> slope and intercept of its line"
    )


class Verdict(OpenDocument):
    """Whether machine learning is worth it here."""

    worth_it: bool | None = Field(description="null where the test cannot tell")
    sentence: str
    versus: dict[str, dict[str, Any]] = Field(
        description="baseline -> differences of AUC and log loss with their intervals"
    )


class Decision(OpenDocument):
    """Whether the chosen model replaced the standing champion."""

    promote: bool
    reason: str
    cutoff: str = Field(description="the test cutoff that both were measured at")
    former: str | None = Field(description="version of the standing champion")
    new: dict[str, Any] = Field(description="kind and figures of the chosen recipe")
    old: dict[str, Any] | None = Field(
        description="of the standing recipe trained anew; null where none could compete"
    )


class ModelComparison(OpenDocument):
    """All models on one test: as the training compared them, and (comparison_in_use.json) with the version
    that scores as champion."""

    champion: str = Field(description="kind of the champion")
    champion_model: str = Field(description="the same")
    churn_rate: float = Field(description="observed among the eligible at the test cutoff")
    test_cutoff: date
    training_cutoffs: int
    training_rows: int
    test_customers: int
    churn_rate_by_cutoff: dict[str, float] = Field(description="training cutoff -> churn rate")
    model_performance: list[ModelPerformance] = Field(description="lowest log loss first")
    baselines: list[BaselinePerformance]
    unseen_customers: Measures = Field(
        description="the champion on the test, by fold models that never saw the customer"
    )
    selection_weights: dict[str, Any]
    features: list[str] = Field(description="of the champion")
    dropped_features: dict[str, str] = Field(description="feature -> why it was left out")
    verdict: Verdict
    level: ComparedLevel | None = Field(default=None, description="null in comparisons of earlier versions")
    promotion: Decision
    mlflow_run_id: str


class Champion(OpenDocument):
    """The version that scores. Beside these keys: what it was trained on, and by which code and libraries."""

    version: str = Field(description="version in the registry")
    earlier_versions: list[str] = Field(
        default=[], description="of the same training, before outcomes renewed its level"
    )
    replaced: str | None = Field(description="the version that the newest entry of its history replaced")
    reason: str = Field(description="why it is champion, or why it stayed champion")
    kind: str
    params: dict[str, Any]
    features: list[str]
    threshold: float = Field(description="probability from which it calls a customer churning")
    mlflow_run_id: str | None
    history: list[dict[str, Any]] = Field(
        description="the shop's champions: at, event, version, replaced, reason; newest last"
    )


class ModelFile(Document):
    """What a saved model consists of, beside its estimator."""

    kind: str
    features: list[str]
    calibrator: dict[str, Any]
    threshold: float
    params: dict[str, Any]
    metadata: dict[str, Any]
    estimator_sha256: str = Field(description="hex SHA-256 of the estimator's file")


class PermutationImportance(Document):
    """By how much the champion's log loss on the test rises when a feature is shuffled."""

    model_version: str = Field(description="the version that was measured")
    snapshots_version: str | None = Field(description="content version of the training snapshots")
    rows: int = Field(description="test rows that were shuffled")
    shuffles: int = Field(description="how often each feature was shuffled")
    rises: dict[str, float | None] = Field(description="feature -> mean rise; null without test rows")


class Backtest(OpenDocument):
    """The whole training repeated as of earlier cutoffs."""

    shop: str
    horizon: int
    effort: str
    cutoffs: list[dict[str, Any]] = Field(
        description="per cutoff: champion, churn rate, rows, and the measures of every model"
    )
    summary: dict[str, Any] = Field(description="means, standard deviations and leads over the cutoffs")
    mlflow_run_id: str


class ReturnRows(Document):
    """What the return models' training rows were drawn from."""

    available: dict[str, dict[str, dict[str, int]]] = Field(
        description="status -> split -> rows and returns that there were, and rows drawn"
    )


class ReturnPopulation(OpenDocument):
    """Who answers for the lapsed or the new. Beside these keys: rows, caps, features, and how well it did at
    the last mature cutoff."""

    method: str = Field(description="model, or bg_nbd")
    reason: str = Field(description="why, in words")


class ReturnTraining(Document):
    """The newest training of the return models."""

    populations: dict[str, ReturnPopulation] = Field(description="lapsed, new")
    mlflow_run_id: str = Field(description="the run that the models are kept in")
    sha256: dict[str, str] = Field(description="document in that run -> its hash")
