"""Candidates of an earlier run, taken over where nothing that they are made of has changed.

A candidate depends on its rows, its settings, this code and its libraries alone (see `train_candidate`).
Their hash, the basis, is kept beside it. A run whose basis is the same would find the same parameters and
predictions to the last digit, so it takes them over instead."""

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path

from joblib import cpu_count

from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.data.embargo import level_snapshots, training_snapshots
from churn_pipeline.training.models.device import training_device
from churn_pipeline.training.search.candidates import (
    Candidate,
    load_candidate,
    save_candidate,
    train_candidate,
    usable_features,
)
from churn_pipeline.training.search.search_spaces import load_search_space

TABLES = ("training_snapshots", "level_snapshots")
# folders of the training whose code decides what a candidate is
CODE = ("data", "evaluation", "models", "search")
LIBRARIES = (
    "imbalanced-learn",
    "lightgbm",
    "numpy",
    "optuna",
    "pandas",
    "scikit-learn",
    "scikit-learn-intelex",
    "scipy",
    "xgboost",
)
REUSED = "reused_from_run"
"""Among a candidate's facts: the run that trained it, where it was taken over."""


def candidate_basis(kind: str, effort: str, settings: Settings, inputs: Mapping[str, str | None]) -> str:
    """Hash of all that a candidate depends on, hex SHA-256. inputs: content versions by name, of the tables
    that it learns from and of whatever else decides about its rows and labels."""
    space = load_search_space(kind, settings.search_spaces)
    # Sums over several threads may differ in their last digits, so their number counts.
    machine = (platform.machine(), settings.threads or cpu_count(), training_device(settings).name)
    parts = {
        "kind": kind,
        "effort": effort,
        "seed": settings.seed,
        "folds": settings.folds,
        "space": space.model_dump(mode="json"),
        "inputs": dict(inputs),
        "machine": machine,
        "code": _code_version(),
        "libraries": _library_versions(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def reusable_candidate(store: ShopStore, kind: str, basis: str) -> Candidate | None:
    """The saved candidate where its basis is the same, with the run that trained it among its facts; else
    None. A damaged one is None too: training it anew is what mends it."""
    try:
        document, _ = store.vectors(f"candidates/{kind}")
        if document.get("basis") != basis:
            return None
        candidate = load_candidate(store, kind)
    except ChurnError:
        return None
    return replace(candidate, facts={REUSED: document["run_id"], **candidate.facts})


def find_candidate(run: ShopRun, kind: str, run_id: str) -> Candidate:
    """The candidate of one kind, taken over or trained, and saved as this run's."""
    settings, effort, store = run.settings, run.config.effort, run.store
    basis = candidate_basis(kind, effort, settings, {table: store.version(table) for table in TABLES})
    found = reusable_candidate(store, kind, basis) if settings.reuse_candidates else None
    if found is None:
        rows, older = training_snapshots(run), level_snapshots(run)
        key = ("usable_features", store.version("training_snapshots"))
        selected = run.once(key, lambda: usable_features(rows))
        found = train_candidate(kind, rows, settings, effort, settings.threads, older, selected)
    save_candidate(store, found, run_id, basis)
    return found


@cache
def _code_version() -> str:
    files = sorted(
        path
        for folder in CODE
        for path in (Path(__file__).parents[1] / folder).iterdir()
        if path.suffix in (".py", ".yaml")
    )
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


@cache
def _library_versions() -> dict[str, str]:
    """Of those that are installed."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = installed_version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found
