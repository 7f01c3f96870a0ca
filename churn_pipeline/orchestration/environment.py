"""Prepares the process and the folders of an installation: environment variables of the libraries, DAGSTER_HOME, MLflow's database."""

import os
from pathlib import Path

from filelock import FileLock

from churn_pipeline.settings import Settings
from churn_pipeline.storage import write_text

MANAGED = "# Written by churn init, which renews it. To keep changes of your own, remove this line."
DAGSTER_YAML = f"""\
{MANAGED}
nux:
  enabled: false
telemetry:
  enabled: false
run_coordinator:
  module: dagster.core.run_coordinator
  class: QueuedRunCoordinator
  config:
    dequeue_interval_seconds: 1
    max_concurrent_runs: CONCURRENT_RUNS
    tag_concurrency_limits:
      - key: dagster/partition
        value:
          applyLimitPerUniqueValue: true
        limit: 1
run_monitoring:
  enabled: true
  start_timeout_seconds: 180
  max_resume_run_attempts: 0
  poll_interval_seconds: 20
# A run is repeated when its process crashed, never when a step failed: bad input stays bad.
run_retries:
  enabled: true
  max_retries: 1
  retry_on_asset_or_op_failure: false
retention:
  schedule:
    purge_after_days:
      skipped: 2
      failure: 30
      success: 30
  sensor:
    purge_after_days:
      skipped: 2
      failure: 30
      success: 30
"""


def dagster_yaml() -> str:
    """The configuration of this machine's Dagster instance; as many runs at once as there are pairs of cores, two at least."""
    return DAGSTER_YAML.replace("CONCURRENT_RUNS", str(max(2, available_cpus() // 2)))


def available_cpus() -> int:
    """CPUs that this process may use: fewer than the machine has where it is pinned."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def prepare_process(settings: Settings) -> None:
    """Sets the environment of this process and its children: telemetry off, caches and databases under the home, thread counts.

    Has to run before numpy, matplotlib, mlflow or dagster are imported, since they read these variables once.
    """
    threads = str(settings.threads or available_cpus())
    os.environ.update(
        {
            "CHURN_HOME": str(settings.home),
            "DAGSTER_HOME": str(settings.dagster_home),
            "DAGSTER_DISABLE_TELEMETRY": "1",
            "DO_NOT_TRACK": "1",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_TRACKING_URI": settings.mlflow_tracking_uri,
            "GX_ANALYTICS_ENABLED": "false",
            "OMP_WAIT_POLICY": "PASSIVE",  # threads that spin while they wait make a busy machine many times slower
            "MPLBACKEND": "Agg",
            "MPLCONFIGDIR": str(settings.cache_dir / "matplotlib"),
            "NUMBA_CACHE_DIR": str(settings.cache_dir / "numba"),
            "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", threads),
        }
    )


def initialise(settings: Settings) -> None:
    """Creates the folders, DAGSTER_HOME, MLflow's database and `.env`; safe to call again, and from several processes at once.

    One process does it while the others wait: two processes that create the databases at the same time would race.
    """
    prepare_process(settings)
    for folder in (
        settings.shops_dir,
        settings.incoming_dir,
        settings.dagster_home,
        settings.cache_dir / "matplotlib",
        settings.cache_dir / "numba",
    ):
        folder.mkdir(parents=True, exist_ok=True)
    with FileLock(settings.data_dir / ".init.lock", timeout=120):
        _write_dagster_yaml(settings.dagster_home / "dagster.yaml")
        _write_dotenv(settings.home / ".env", settings)
        marker = settings.dagster_home / ".databases-created"
        if not marker.exists():
            _create_databases(settings)
            marker.touch()


def _write_dagster_yaml(path: Path) -> None:
    """Writes or renews the configuration, unless its owner has taken it over by removing the first line."""
    wanted = dagster_yaml()
    if not path.exists() or (path.read_text(encoding="utf-8").startswith(MANAGED) and path.read_text(encoding="utf-8") != wanted):
        write_text(path, wanted)


def _write_dotenv(path: Path, settings: Settings) -> None:
    """Puts DAGSTER_HOME and CHURN_HOME into `.env` for `dagster dev`, leaving every other line of it alone."""
    wanted = {"DAGSTER_HOME": str(settings.dagster_home), "CHURN_HOME": str(settings.home)}
    old = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    lines = [line for line in old if line.split("=", 1)[0].strip() not in wanted] + [f"{k}={v}" for k, v in wanted.items()]
    if lines != old:
        write_text(path, "\n".join(lines) + "\n")


def _create_databases(settings: Settings) -> None:
    from dagster import DagsterInstance

    from churn_pipeline.training.registry import init_mlflow

    with DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        instance.get_runs(limit=1)
    init_mlflow(settings)
