"""Every path, URL, limit and weight of the installation. Environment variables with the prefix CHURN_
override the defaults."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class SelectionWeights(BaseModel):
    """Weights of the champion's score; each term is scaled 0-1 across the candidates (DESIGN 3.7)."""

    f1: float = 0.4
    recall: float = 0.3
    roi: float = 0.2
    stability: float = 0.1
    speed: float = 0.0


class MonitoringLimits(BaseModel):
    """From where on the operator is told, and the shop trained again."""

    auc_drop: float = Field(
        default=0.05, gt=0, description="ROC-AUC of a graded scoring below that of the earlier ones"
    )
    calibration_gap: float = Field(
        default=0.05, gt=0, description="realised churn rate against the expected one"
    )
    psi: float = Field(
        default=0.25, gt=0, description="population stability index of a feature or of the scores"
    )
    classifier_auc: float = Field(
        default=0.7, gt=0.5, lt=1, description="ROC-AUC of telling then from now by one feature"
    )
    drifted_importance: float = Field(
        default=0.3, gt=0, le=1, description="share of the champion's importance on features that drifted"
    )
    churn_rate_rise: float = Field(
        default=0.05, gt=0, description="churn rate of a cutoff above the usual one"
    )
    retraining_cooldown_days: int = Field(
        default=14, ge=0, description="days between two trainings for such a reason"
    )


class Retention(BaseModel):
    """How long what nobody needs is kept. The ledger, delivered files, score_history and what results.json
    names stay for ever."""

    runs_days: int = Field(default=180, ge=1, description="finished runs with their event logs, in days")
    runs_kept: int = Field(
        default=10, ge=1, description="the newest runs of each job and shop stay however old they are"
    )
    trainings_kept: int = Field(default=24, ge=1, description="trainings of a shop in MLflow")
    model_versions_kept: int = Field(
        default=24, ge=1, description="registered model versions of a shop, those with an alias aside"
    )
    received_days: int = Field(
        default=30, ge=1, description="uploaded files that no run has taken in, and plans for them"
    )
    leftovers_hours: int = Field(
        default=24, ge=1, description="temporary files and unpublished tables that a crash left behind"
    )


class Settings(BaseSettings):
    """Settings of one installation. Build it where a command starts and pass it on; nothing reads the
    environment elsewhere."""

    model_config = SettingsConfigDict(env_prefix="CHURN_", env_nested_delimiter="__", extra="ignore")

    home: Path = Field(default_factory=Path.cwd, description="root that holds data/ and mlruns/")
    mlflow_tracking_uri: str = Field(default="", description="default: sqlite under home/mlruns")
    mlflow_artifact_root: str = Field(default="", description="default: home/mlruns/artifacts")

    max_upload_mb: int = Field(default=100, gt=0)
    min_rows: int = Field(default=500, ge=1)
    min_customers: int = Field(default=100, ge=1)
    isolation_forest: bool = Field(
        default=False, description="also look for customers unlike all others (Isolation Forest)"
    )

    seed: int = 42
    folds: int = 5
    max_cutoffs: int = Field(default=24, ge=1)
    max_training_rows: int = Field(
        default=60_000, ge=1_000, description="row cap of the stacked training snapshots"
    )
    max_return_rows: int = Field(
        default=15_000, ge=500, description="row cap of one fit of a return model, for each population"
    )
    reuse_candidates: bool = Field(
        default=True,
        description="take a kind's parameters and predictions over from the shop's last run where data, "
        "settings, code and libraries are the same",
    )
    selection: SelectionWeights = SelectionWeights()
    search_spaces: Path | None = Field(
        default=None, description="YAML file that overrides what the models search"
    )
    training_device: Literal["cpu", "cuda"] = Field(
        default="cpu", description="cuda: XGBoost trains on the GPU where there is one"
    )
    settle_seconds: float = Field(
        default=30, ge=0, description="a dropped file is complete when it has not changed for so long"
    )
    taken_files: Literal["move", "leave"] = Field(
        default="move",
        description="whether a dropped file that is in the ledger goes to data/incoming/<shop>/taken/<date>/ "
        "or stays where it was dropped",
    )
    max_runs_per_tick: int = Field(default=10, ge=1, description="runs that dropped files may start at once")
    alert_urls: list[str] = Field(
        default_factory=list, description="where alerts go: apprise URLs such as mailto://, slack://, json://"
    )
    alert_digest_minutes: int = Field(
        default=15, ge=0, description="at most one message with alerts in so many minutes"
    )
    alert_repeat_days: int = Field(
        default=7, ge=1, description="days until an alert about a state that lasts is sent again"
    )
    weekly_report: Literal["no", "link", "attachment"] = Field(
        default="no", description="whether a shop's report is sent where alerts go, once a week, and how"
    )
    report_url: str = Field(
        default="http://127.0.0.1:8000/api/v1/export/{shop}?format=pdf",
        description="address of a shop's report, for the link in that message; {shop} is put in",
    )
    dashboard_url: str = Field(
        default="http://127.0.0.1:3000", description="Dagster's address, for links in alerts and in MLflow"
    )
    mlflow_url: str = Field(
        default="http://127.0.0.1:5000",
        description="address of MLflow's user interface, for links in Dagster",
    )
    limits: MonitoringLimits = MonitoringLimits()
    threads: int = Field(
        default=0, ge=0, description="threads for numerical libraries; 0: all cores of this process"
    )
    executor: Literal["auto", "in_process", "multiprocess"] = Field(
        default="auto",
        description="steps of a run one after the other in one process, or side by side; auto: "
        "what the machine is good for",
    )
    parallel_steps: int = Field(default=0, ge=0, description="steps side by side; 0: by cores and memory")
    retention: Retention = Retention()
    stale_after_days: float = Field(default=8, gt=0, description="scores older than that are shown as stale")
    background_niceness: int = Field(
        default=10,
        ge=0,
        le=19,
        description="how far the jobs that API, app and daemon start stand back for whoever reads "
        "meanwhile; 0: not at all",
    )
    run_wait_seconds: float = Field(
        default=3600, ge=0, description="how long a run waits for another one of the same shop to end"
    )
    database_wait_seconds: float = Field(
        default=60, gt=0, description="how long to wait for a database that another process has locked"
    )

    access_database_url: str = Field(
        default="",
        repr=False,
        description="store of keys, users and what people saved; default: sqlite data/access.db; "
        "postgresql+psycopg://USER:PASSWORD@HOST/DATABASE",
    )
    sign_in_hours: float = Field(default=12, gt=0, description="how long a sign-in to the app lasts")
    sign_in_idle_minutes: float = Field(default=60, gt=0, description="unused for so long, a sign-in ends")
    reads_per_minute: int = Field(
        default=6000, ge=1, description="requests of one key or user that only read"
    )
    writes_per_minute: int = Field(
        default=120, ge=1, description="requests of one key or user that change or start something"
    )
    failures_per_minute: int = Field(
        default=20, ge=1, description="wrong keys or passwords from one address before it has to wait"
    )
    rate_limit_storage: str = Field(
        default="memory://",
        repr=False,
        description="where requests are counted: in each process, or redis://... for several together",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] | None = Field(
        default=None, description="default: INFO for services, WARNING for commands"
    )
    log_json: bool = Field(default=False, description="each line of the log is a JSON object")
    log_file: Path | None = Field(
        default=None,
        description="a file for the log, renewed at 10 MB with five former ones; default: stderr",
    )
    api_url: str = Field(
        default="", description="the API that the app asks; empty: the app serves one of its own"
    )
    webhooks_allow_private: bool = Field(
        default=False,
        description="webhooks may go to addresses of this machine and its network, and by plain http",
    )

    @model_validator(mode="after")
    def _absolute(self) -> "Settings":
        self.home = self.home.expanduser().resolve()
        self.mlflow_tracking_uri = (
            self.mlflow_tracking_uri or f"sqlite:///{self.home / 'mlruns' / 'mlflow.db'}"
        )
        self.mlflow_artifact_root = self.mlflow_artifact_root or (self.home / "mlruns" / "artifacts").as_uri()
        return self

    @property
    def data_dir(self) -> Path:
        return self.home / "data"

    @property
    def shops_dir(self) -> Path:
        return self.data_dir / "shops"

    @property
    def incoming_dir(self) -> Path:
        return self.data_dir / "incoming"

    @property
    def dagster_home(self) -> Path:
        return self.data_dir / "dagster"

    @property
    def cache_dir(self) -> Path:
        return self.data_dir / "cache"
