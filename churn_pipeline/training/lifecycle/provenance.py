"""Where a model comes from: data, code, lock file and library versions, so that it can be made again."""

import subprocess
from functools import cache
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.training.models.churn_model import file_sha256

LIBRARIES = (
    "scikit-learn",
    "xgboost",
    "lightgbm",
    "numpy",
    "pandas",
    "scipy",
    "duckdb",
    "optuna",
    "imbalanced-learn",
    "skops",
    "mlflow",
)
CHECKOUT = Path(__file__).resolve().parents[3]
LOCK_FILE = "requirements.lock"


def provenance(store: ShopStore) -> dict[str, Any]:
    """Content versions of the ledger and the snapshots, the code's version and commit, the lock file's
    SHA-256 and library versions.

    commit and lock_sha256 are None where the package is not run from its repository.
    """
    return {
        "data_version": store.version("transactions"),
        "snapshots_version": store.version("training_snapshots"),
        **code_version(),
    }


@cache
def code_version() -> dict[str, Any]:
    """The part of `provenance` that is the same for all shops."""
    lock = CHECKOUT / LOCK_FILE
    return {
        "code_version": installed_version("churn-pipeline"),
        "code_commit": _commit(),
        "lock_sha256": file_sha256(lock) if lock.exists() else None,
        "libraries": {name: installed_version(name) for name in LIBRARIES},
    }


def _commit() -> str | None:
    """Commit of the repository that the package is run from, with -dirty where files differ from it; None
    without git or repository."""
    if not (CHECKOUT / ".git").exists():
        return None
    command = ["git", "-C", str(CHECKOUT), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None
