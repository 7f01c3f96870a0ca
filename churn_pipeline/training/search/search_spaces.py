"""What each kind of model searches, from YAML; the trials of a search, drawn by Optuna."""

from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import optuna
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from churn_pipeline.core.errors import BadInput

TRIALS = {"quick": 1, "standard": 3, "thorough": 15}
SURVIVORS = {"quick": 1, "standard": 1, "thorough": 4}  # parameter sets that run all folds
MOST_TRIALS = 40  # of a thorough search where rows are few
# rows that the trials of a thorough search may fit, counted once each: the budget of time, without a clock
ROW_BUDGET = 600_000
SEVERE_IMBALANCE = 0.2


class Range(BaseModel):
    """A continuous parameter."""

    model_config = ConfigDict(extra="forbid")

    low: float
    high: float
    log: bool = False


class SearchSpace(BaseModel):
    """One kind's space; see search_spaces.yaml."""

    model_config = ConfigDict(extra="forbid")

    rows: int
    stages: tuple[int, ...] = ()
    steady: float = 1.0
    strongest: int = 0
    landmark_rows: int = 0
    landmarks: int = 0
    known_good: list[dict[str, Any]]
    space: dict[str, Range | list[Any]]


@dataclass(frozen=True)
class Proposals:
    """The parameters to try and the Optuna study that they came from and report to."""

    study: optuna.Study
    trials: list[optuna.trial.Trial] = field(default_factory=list)
    params: list[dict[str, Any]] = field(default_factory=list)


def load_search_space(kind: str, override: Path | None = None) -> SearchSpace:
    """The space of a kind of model; `override` is a YAML file of the same form for some or all kinds.
    BadInput where it cannot be used."""
    text = (files("churn_pipeline.training.search") / "search_spaces.yaml").read_text(encoding="utf-8")
    entry = yaml.safe_load(text)[kind]
    try:
        if override is not None:
            entry |= (yaml.safe_load(override.read_text(encoding="utf-8")) or {}).get(kind, {})
        return SearchSpace.model_validate(entry)
    except (OSError, yaml.YAMLError, ValidationError, AttributeError) as error:
        raise BadInput(
            f"{override} cannot be used as a search space of {kind}: {' '.join(str(error).split())}"
        ) from error


def propose(space: SearchSpace, effort: str, minority_share: float, seed: int, rows: int) -> Proposals:
    """The trials of one search: the known good first, then draws from the space; with severe imbalance also
    balanced variants of the first. rows: of one fit; where they are few, a thorough search tries more."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="minimize", sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=1_000)
    )
    proposals = Proposals(study)
    count = (
        TRIALS[effort]
        if effort != "thorough"
        else min(MOST_TRIALS, max(TRIALS[effort], ROW_BUDGET // max(rows, 1)))
    )
    for known in space.known_good[:count]:
        _add(proposals, study.ask(), dict(known))
    for _ in range(count - len(proposals.params) if effort == "thorough" else 0):
        trial = study.ask()
        _add(proposals, trial, {name: _drawn(trial, name, choice) for name, choice in space.space.items()})
    if minority_share < SEVERE_IMBALANCE and effort != "quick":
        for imbalance in ("weights", "smote") if effort == "thorough" else ("weights",):
            _add(proposals, study.ask(), {**space.known_good[0], "imbalance": imbalance})
    return proposals


def _add(proposals: Proposals, trial: optuna.trial.Trial, params: dict[str, Any]) -> None:
    proposals.trials.append(trial)
    proposals.params.append({"imbalance": "none", **params})


def _drawn(trial: optuna.trial.Trial, name: str, choice: Range | list[Any]) -> Any:
    if isinstance(choice, Range):
        return trial.suggest_float(name, choice.low, choice.high, log=choice.log)
    return trial.suggest_categorical(name, choice)
