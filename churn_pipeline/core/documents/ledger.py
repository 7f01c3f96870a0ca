"""Documents about a shop's deliveries and its ledger: staging, quality, profile, and what churn means for the
shop."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field, RootModel

from churn_pipeline.core.documents.document import Document, OpenDocument
from churn_pipeline.core.enums import Severity


class Staged(Document):
    """The ledger as it was staged by the last delivery."""

    run_id: str = Field(description="the run that staged it or, once published, that published it")
    data_version: str = Field(description="content of the staged ledger")
    counts: dict[str, int] = Field(
        description="files and rows: delivered, added, known, replaced, rejected, in the ledger"
    )
    warnings: list[str] = Field(description="what the shop should know of the delivery, a sentence each")
    config: dict[str, Any] = Field(
        description="the shop's configuration with what the delivery said about it"
    )
    published: bool = Field(description="whether it has been put in the place of the published ledger")


class Publishing(Document):
    """A publication that has begun; it goes once all tables are in place."""

    run_id: str = Field(description="the run that publishes")


class PassedVersions(Document):
    """The ledgers that have passed their critical checks."""

    data_versions: list[str] = Field(description="their data versions, the newest last")


class RuleResult(Document):
    """One rule of the quality suite and how the ledger stands to it."""

    name: str
    severity: Severity
    dimension: str = Field(description="what the rule is about, such as completeness")
    success: bool
    message: str = Field(description="the result in a sentence")
    observed: float | None = Field(description="the figure that the rule bounds; null where there is none")
    limit: float | None = Field(description="its bound")
    advice: str = Field(description="what to do where it fails")
    points: float = Field(description="its weight in the score")
    lost: float = Field(description="the share of its points that is lost")


class Quality(Document):
    """What the quality suite says of a ledger."""

    score: float = Field(description="0 to 10")
    passed: bool = Field(description="whether every critical rule holds")
    results: list[RuleResult]
    statistics: dict[str, Any] = Field(description="the facts that the rules are held against, by name")


class StagedQuality(Quality):
    """What the suite says of the staged ledger, and of which one."""

    data_version: str = Field(description="content of the ledger that was checked")


class UploadEntry(Document):
    """An upload's row of the table uploads, kept beside its original."""

    upload_sha256: str
    file_name: str
    uploaded_at: datetime
    route: str
    rows_in: int
    rows_kept: int
    rows_rejected: int
    rows_known: int
    exact_duplicates: int
    first_ts: datetime | None
    last_ts: datetime | None
    mode: str
    findings: str | None = Field(
        default=None, description="what did not fit the shop that it joined, a JSON list of sentences"
    )
    reading: str
    rows_corrected: int | None = None
    rows_enriched: int | None = None
    rows_removed: int | None = None
    first_event: datetime | None = None
    last_event: datetime | None = None
    exported_at: datetime | None = None
    has_times: bool | None = None


class KeptRows(Document):
    """What the kept rows of an upload are, so that its file need not be read again."""

    format: int = Field(description="how files were read; rows of another format are read again")
    reading: str = Field(description="mapping and settings that they were read with, JSON")
    first_event: datetime | None
    last_event: datetime | None
    exported_at: datetime | None
    has_times: bool


class QuarantineReason(Document):
    """Why a delivered file lies in quarantine."""

    file_name: str
    upload_sha256: str
    reason: str = Field(description="what is wrong with it, in a sentence")
    quarantined_at: datetime


class WaitingFile(Document):
    """A dropped file whose columns nobody has named yet."""

    file_name: str
    reason: str
    since: datetime
    question: bool = Field(
        default=False, description="it waits for someone to say that it is right as it is, not for a mapping"
    )


class AwaitingMapping(RootModel[dict[str, WaitingFile]]):
    """SHA-256 of each file that waits for a mapping, and the file."""


class Profile(OpenDocument):
    """What the ledger looks like. Shares are 0-1, money is in the shop's currency; a section that the file
    has nothing for is null."""

    shop: str
    currency: str
    period: dict[str, Any] = Field(description="first and last order, and the days between")
    customers: dict[str, Any] = Field(description="how many, their orders, lifetimes and spend")
    transactions: dict[str, Any] = Field(description="orders, their values and the pace between them")
    time: dict[str, Any] = Field(
        description="orders and sales by day, week, month, weekday and hour; trend and seasons"
    )
    products: dict[str, Any] | None = Field(description="the best sellers")
    returns: dict[str, Any] | None = Field(description="what came back")
    discounts: dict[str, Any] | None = Field(description="what was given away")
    cohorts: dict[str, Any] | None = Field(description="who of those that began together is still there")
    quality: Quality
    findings: list[dict[str, Any]] = Field(description="what strikes the eye: tone, title, text")
    cleaning: list[dict[str, Any]] = Field(
        description="what to mend at the source: name, severity, what, how"
    )


class HorizonRow(Document):
    """One horizon of the preview; where `refusal` says why the history does not carry it, the figures are
    null."""

    horizon: int = Field(description="days")
    eligible: int | None = Field(description="customers at the test cutoff")
    churn_rate: float | None = Field(description="of them, 0-1")
    come_back_share: float | None = Field(
        description="of those who churned one horizon earlier, the share who bought again"
    )
    training_cutoffs: int | None
    expected_auc: float | None = Field(description="what recency, orders and age achieve out of time")
    refusal: str | None


class ClassBalance(Document):
    """Whether the churn rate is so far from half that training needs care."""

    churn_rate: float | None
    flagged: bool
    advice: str
    text: str


class ChurnDefinition(OpenDocument):
    """What churn means for the shop."""

    horizon: int = Field(description="H, days")
    source: Literal["shop", "suggested"] = Field(description="who set it")
    suggested: int | None = Field(description="the horizon that the gaps between orders suggest, days")
    reason: str = Field(description="why, in words")
    history_days: int
    longest_horizon: int = Field(default=180, description="what the history carries, days")
    min_orders: int = Field(description="orders that make a customer eligible")
    preview: list[HorizonRow]
    class_balance: ClassBalance
    gaps: dict[str, Any] = Field(
        description="the gaps between orders, days: counts, quartiles, elbow, share returned by day"
    )


class ChannelState(Document):
    """What an alert channel has been told."""

    sent: dict[str, str] = Field(description="alert -> when it was told, ISO 8601 UTC")
    last_at: str = Field(description="when anything was told; '' for never")
    failing_since: str = Field(description="since when it cannot be reached; '' while it can")


class AlertChannels(RootModel[dict[str, ChannelState]]):
    """Hash of each alert channel's address, and what it has been told; one for the installation, not a
    shop's."""
