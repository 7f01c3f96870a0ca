"""The environment variables that the libraries read, for this process and its children."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from churn_pipeline.core.settings import Settings


def available_cpus() -> int:
    """CPUs that this process may use: fewer than the machine has where it is pinned."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def process_environment(settings: Settings) -> dict[str, str]:
    """Telemetry off, caches and databases under the home, thread counts; OMP_NUM_THREADS stays where the user
    has set it."""
    threads = str(settings.threads or available_cpus())
    return {
        "CHURN_HOME": str(settings.home),
        "DAGSTER_HOME": str(settings.dagster_home),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        # eight processes and 2 GB for jobs over traces of language models
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_TRACKING_URI": settings.mlflow_tracking_uri,
        "GX_ANALYTICS_ENABLED": "false",
        # threads that spin while they wait make a busy machine many times slower
        "OMP_WAIT_POLICY": "PASSIVE",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(settings.cache_dir / "matplotlib"),
        "NUMBA_CACHE_DIR": str(settings.cache_dir / "numba"),
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", threads),
    }


def prepare_process(settings: Settings) -> None:
    """Sets the environment for the rest of this process's life: for a command, or a process that loads the
    definitions.

    Has to run before numpy, matplotlib, mlflow or dagster are imported, since they read these variables once.
    """
    os.environ.update(process_environment(settings))


@contextmanager
def prepared(settings: Settings) -> Iterator[None]:
    """The same environment for as long as it lasts; afterwards it is as before, so the next run in the
    process begins like the first."""
    before = dict(os.environ)
    prepare_process(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
