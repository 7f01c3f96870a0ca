"""Documents about what was asked of the installation: jobs, received files, and how a shop is set up."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from churn_pipeline.core.documents.document import Document, UtcTime

JobState = Literal["pending", "in_progress", "completed", "failed", "cancelled"]
OPEN_STATES: tuple[JobState, ...] = ("pending", "in_progress")


class JobLaunch(Document):
    """A job that was asked for, as the process that executes it finds it."""

    job_id: str
    job: str = Field(description="train, ingest, score or grade")
    shop: str
    config: dict[str, Any] = Field(description="configuration of raw_transactions")
    requested_by: str
    requested_at: datetime = Field(description="UTC, naive")
    process: dict[str, str] = Field(description="tags of the detached process; empty where a daemon runs it")
    run_id: str | None = Field(description="Dagster's run where a daemon was asked, else found by its tag")
    cancelled_at: datetime | None = Field(description="UTC, naive")


class JobStatus(Document):
    """A job as it stands: a run of Dagster, whoever started it."""

    job_id: str
    session_id: str = Field(description="the shop")
    job: str = Field(description="train, ingest, ingest_dropped_file, score or grade")
    status: JobState
    progress: int = Field(ge=0, le=100, description="per cent; never falls")
    current_step: str | None = Field(description="such as training_model_3; null before and after")
    steps_completed: list[str] = Field(description="such as data_validated, model_1_trained")
    models_trained: int
    models_total: int = Field(description="the kinds that compete, and the baselines; 0 without training")
    detail: str = Field(description="where it stands, in words")
    estimated_remaining_seconds: int | None = Field(description="from past runs; null where it has ended")
    requested_by: str | None = Field(description="null where nobody asked: a schedule or a sensor")
    requested_at: UtcTime = Field(description="UTC")
    started_at: UtcTime | None = Field(description="UTC")
    ended_at: UtcTime | None = Field(description="UTC")
    error: str | None = Field(description="the reason of a failure, one sentence")
    run_id: str | None = Field(description="Dagster's run; null until it exists")


class ReceivedFile(Document):
    """An uploaded file that has not gone into a ledger yet."""

    upload_id: str = Field(description="SHA-256 of the file")
    shop: str
    file_name: str
    size_bytes: int
    rows: int
    received_at: datetime = Field(description="UTC, naive")
    received_by: str


class Plan(Document):
    """What the next run of a shop takes in and changes: configured, not yet run."""

    uploads: list[str] = Field(description="SHA-256 of the files, oldest first")
    config: dict[str, Any] = Field(description="configuration of raw_transactions without the files")
    configured_at: datetime = Field(description="UTC, naive")
    job_id: str | None = Field(description="the job that takes it in; it is done when that is completed")


class ErasureReceipt(Document):
    """What was erased; it names nobody."""

    receipt_id: str
    session_id: str
    scope: Literal["customer", "shop"]
    erased_at: UtcTime = Field(description="UTC")
    removed: dict[str, int] = Field(description="what -> how many rows, files or entries")
    notes: list[str]
