"""What each kind of model searches, from YAML; the trials of a search, drawn by Optuna."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import optuna
import yaml
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from pydantic import BaseModel, ConfigDict, ValidationError

from churn_pipeline.core.errors import BadInput

TRIALS = {"quick": 1, "standard": 3, "thorough": 15}
SURVIVORS = {"quick": 1, "standard": 1, "thorough": 4}  # parameter sets that run all folds
MOST_TRIALS = 40  # of a thorough search where rows are few
# rows that the trials of a thorough search may fit, counted once each: the budget of time, without a clock
ROW_BUDGET = 600_000
SEVERE_IMBALANCE = 0.2
# tried beside the first set where the rarer outcome is rarer than that
BALANCED = {
    "quick": (),
    "standard": ("weights", "undersampling"),
    "thorough": ("weights", "undersampling", "smote"),
}


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
    """The parameters to try and the Optuna study that draws them.

    later: draws still to come, made by `propose_more` from what the first ones showed."""

    study: optuna.Study
    space: SearchSpace
    trials: list[optuna.trial.Trial] = field(default_factory=list)
    params: list[dict[str, Any]] = field(default_factory=list)
    later: int = 0


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
    """The first trials of one search: the known good, in a thorough one random draws up to half of all
    trials, and with an imbalance also balanced variants of the first.

    rows: of one fit; where they are few, a thorough search tries more."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    count = (
        TRIALS[effort]
        if effort != "thorough"
        else min(MOST_TRIALS, max(TRIALS[effort], ROW_BUDGET // max(rows, 1)))
    )
    first = count - count // 2 if effort == "thorough" else count
    known = [dict(params) for params in space.known_good[:first]]
    drawn = first - len(known) if effort == "thorough" else 0
    sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=len(known) + drawn, multivariate=False)
    study = optuna.create_study(direction="minimize", sampler=sampler)
    proposals = Proposals(study, space, later=count - first)
    for params in known:
        _add(proposals, study.ask(), params)
    for _ in range(drawn):
        _draw(proposals)
    if minority_share < SEVERE_IMBALANCE:
        for imbalance in BALANCED[effort]:
            _add(proposals, study.ask(), {**space.known_good[0], "imbalance": imbalance})
    return proposals


def propose_more(proposals: Proposals, losses: Sequence[float]) -> list[dict[str, Any]]:
    """Tells the study the loss of each trial so far; draws the later ones with the tree-structured Parzen
    estimator (Bergstra et al. 2011), which prefers where losses were low, and returns their parameters.

    The known good enter with those parameters that lie within the space; balanced variants only tell their
    loss, since what they vary is not searched."""
    for trial, params, loss in zip(list(proposals.trials), proposals.params, losses, strict=True):
        if trial.params or params["imbalance"] != "none":
            proposals.study.tell(trial, loss)
        else:
            proposals.study.tell(trial, state=optuna.trial.TrialState.FAIL)
            proposals.study.add_trial(_within(proposals.space, params, loss))
    for _ in range(proposals.later):
        _draw(proposals)
    return proposals.params[len(losses) :]


def _add(proposals: Proposals, trial: optuna.trial.Trial, params: dict[str, Any]) -> None:
    proposals.trials.append(trial)
    proposals.params.append({"imbalance": "none", **params})


def _draw(proposals: Proposals) -> None:
    trial = proposals.study.ask()
    drawn = {name: _drawn(trial, name, choice) for name, choice in proposals.space.space.items()}
    _add(proposals, trial, drawn)


def _drawn(trial: optuna.trial.Trial, name: str, choice: Range | list[Any]) -> Any:
    if isinstance(choice, Range):
        return trial.suggest_float(name, choice.low, choice.high, log=choice.log)
    return trial.suggest_categorical(name, choice)


def _distribution(choice: Range | list[Any]) -> BaseDistribution:
    if isinstance(choice, Range):
        return FloatDistribution(choice.low, choice.high, log=choice.log)
    return CategoricalDistribution(choice)


def _within(space: SearchSpace, params: Mapping[str, Any], loss: float) -> optuna.trial.FrozenTrial:
    """A finished trial of those parameters that the space could have drawn."""
    able = {
        name: distribution
        for name, choice in space.space.items()
        if name in params and _could_draw(distribution := _distribution(choice), params[name])
    }
    return optuna.trial.create_trial(
        params={name: params[name] for name in able}, distributions=able, value=loss
    )


def _could_draw(distribution: BaseDistribution, value: Any) -> bool:
    if isinstance(distribution, CategoricalDistribution):
        return value in distribution.choices
    return isinstance(distribution, FloatDistribution) and distribution.low <= value <= distribution.high
