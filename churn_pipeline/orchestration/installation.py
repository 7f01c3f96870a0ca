"""Prepares the folders of an installation: DAGSTER_HOME and its databases, MLflow's database, the store
of keys and users, `.env`."""

import logging
from pathlib import Path

from filelock import FileLock

from churn_pipeline.access.database import migrate
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import write_text
from churn_pipeline.explain.shapley.precompiled import copy_precompiled
from churn_pipeline.runtime.environment import available_cpus

log = logging.getLogger(__name__)

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
# The events of a run are kept whatever their level; a terminal shows what tells somebody something.
python_logs:
  python_log_level: INFO
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
    """The configuration of this machine's Dagster instance; as many runs at once as there are pairs of cores,
    two at least."""
    return DAGSTER_YAML.replace("CONCURRENT_RUNS", str(max(2, available_cpus() // 2)))


def initialise(settings: Settings) -> None:
    """Creates the folders, DAGSTER_HOME, MLflow's database, the store of keys and `.env`; safe to call
    again, and from several processes at once.

    One process does it while the others wait: two processes that create the databases at the same time would
    race."""
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
            copy_precompiled(settings.cache_dir / "numba")
            marker.touch()
        _follow_the_move(settings)
        migrate(settings)


def _write_dagster_yaml(path: Path) -> None:
    """Writes or renews the configuration, unless its owner has taken it over by removing the first line."""
    wanted = dagster_yaml()
    if not path.exists() or (
        path.read_text(encoding="utf-8").startswith(MANAGED) and path.read_text(encoding="utf-8") != wanted
    ):
        write_text(path, wanted)


def _write_dotenv(path: Path, settings: Settings) -> None:
    """Puts CHURN_HOME and DAGSTER_HOME into `.env` for `dagster dev`, leaving every other line of it alone.

    Dagster lets `.env` win over the environment. So the file asks the environment first, and names this home
    only where that is silent; DAGSTER_HOME follows CHURN_HOME, as everywhere. The order of the two lines
    counts: a later one sees what an earlier one has set."""
    folder = settings.dagster_home.relative_to(settings.home).as_posix()
    wanted = {"CHURN_HOME": f"${{CHURN_HOME:-{settings.home}}}", "DAGSTER_HOME": f"${{CHURN_HOME}}/{folder}"}
    old = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    lines = [line for line in old if line.split("=", 1)[0].strip() not in wanted] + [
        f'{k}="{_escaped(v)}"' for k, v in wanted.items()
    ]
    if lines != old:
        write_text(path, "\n".join(lines) + "\n")


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _follow_the_move(settings: Settings) -> None:
    """Says so where the home was moved or copied, once MLflow's addresses are those of the new place."""
    from churn_pipeline.runtime.moved_home import follow_the_move

    former = follow_the_move(settings)
    if former is not None:
        log.warning(f"This home was at {former} before: MLflow's addresses now name {settings.home}.")


def _create_databases(settings: Settings) -> None:
    from dagster import DagsterInstance

    from churn_pipeline.training.lifecycle.registry import init_mlflow

    with DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        instance.get_runs(limit=1)
    init_mlflow(settings)
