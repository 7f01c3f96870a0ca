"""Dagster's instance of an installation, opened once in a process and kept."""

from functools import cache
from pathlib import Path

import dagster as dg

from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.installation import initialise


def instance_of(settings: Settings) -> dg.DagsterInstance:
    """The instance; it may be used by several threads, and lives as long as the process."""
    return _opened(settings.dagster_home, settings)


@cache
def _open(home: Path) -> dg.DagsterInstance:
    return dg.DagsterInstance.from_config(str(home))


def _opened(home: Path, settings: Settings) -> dg.DagsterInstance:
    if not (home / "dagster.yaml").exists():
        initialise(settings)
    return _open(home)
