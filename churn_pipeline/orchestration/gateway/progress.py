"""How far a run has come, in the words of the API, from the steps that its event log has.

Progress is a share of time: every step weighs what it took in past runs of the same job. A step that runs
counts by its elapsed time, at most as nearly done, so that progress never falls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

USUAL_SECONDS = {
    "raw_transactions": 3.0,
    "ledger_quality": 4.0,
    "training_snapshots": 6.0,
    "model_comparison": 6.0,
    "champion": 7.0,
    "shap_values": 8.0,
    "feature_importance": 5.0,
    "customer_value": 2.0,
    **dict.fromkeys(("lightgbm", "logistic_regression", "random_forest", "svm", "xgboost"), 6.0),
}
"""Where there is no past run: what the steps of a shop with some thousand customers take on two cores."""
OTHER_SECONDS = 0.7
OPTIONAL_MODELS = ("decision_tree", "neural_network")
MODEL_STEPS = (
    "logistic_regression",
    "random_forest",
    "xgboost",
    "lightgbm",
    "svm",
    *OPTIONAL_MODELS,
    "baselines",
)
MILESTONES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("validating_data", "data_validated", ("raw_transactions", "ledger_quality", "transactions")),
    ("profiling_data", "data_profiled", ("churn_definition", "data_profile")),
    ("engineering_features", "features_engineered", ("training_snapshots", "customer_features")),
)
"""(while it goes on, when it is done, its steps) before the models."""
LATER_MILESTONES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("comparing_models", "models_compared", ("model_comparison",)),
    ("choosing_champion", "champion_chosen", ("champion", "champion_in_use")),
    (
        "explaining_predictions",
        "predictions_explained",
        ("shap_values", "feature_importance", "decision_rules"),
    ),
    ("scoring_customers", "customers_scored", ("customer_value", "customer_scores")),
)
GENERATING, GENERATED = "generating_insights", "insights_generated"
MOST_OF_A_RUNNING_STEP = 0.95
PACE_OF_USUAL = 5.0
"""So many seconds at the usual pace are taken as seen when a run begins: one quick step says little."""
SURE_UNTIL = 0.75
"""Of a step's expected time."""


@dataclass(frozen=True)
class StepTimes:
    """A step of a run: seconds since the epoch; None: not yet."""

    started: float | None
    ended: float | None
    succeeded: bool = False


@dataclass(frozen=True)
class Progress:
    """percent: 0-100; models: trained, of all; to_come: what the rest takes at this run's pace, as a share
    of what the whole usually takes (over 1 where the run is slower)."""

    percent: int
    current_step: str | None
    steps_completed: tuple[str, ...]
    models_trained: int
    models_total: int
    to_come: float


def progress_of(
    planned: Sequence[str],
    steps: Mapping[str, StepTimes],
    usual: Mapping[str, float],
    now: float,
    models: Sequence[str] = MODEL_STEPS[:5],
) -> Progress:
    """The progress of a run.

    Args:
        planned: its steps, in the order in which they begin.
        steps: what the event log has of them.
        usual: seconds that each step took in the past.
        now: seconds since the epoch.
        models: the kinds of models that the shop trains; other kinds end at once and are not counted.
    """
    weights = {s: usual.get(s, USUAL_SECONDS.get(s, OTHER_SECONDS)) for s in planned}
    for kind in set(MODEL_STEPS) - {*models, "baselines"}:
        weights.pop(kind, None)
    done = sum(w * _share(steps.get(s), w, now) for s, w in weights.items())
    whole = sum(weights.values()) or 1.0
    finished = {s for s, t in steps.items() if t.succeeded}
    competing = [s for s in MODEL_STEPS if s in weights]
    trained = sum(s in finished for s in competing)
    completed, current = _words(planned, finished, trained, len(competing))
    return Progress(
        percent=min(99, int(100 * done / whole)),
        current_step=current,
        steps_completed=tuple(completed),
        models_trained=trained,
        models_total=len(competing),
        to_come=_to_come(weights, steps, now) / whole,
    )


def _share(step: StepTimes | None, usual: float, now: float) -> float:
    """How much of a step is done, 0-1."""
    if step is None or step.started is None:
        return 0.0
    if step.ended is not None:
        return 1.0
    return min(MOST_OF_A_RUNNING_STEP, max(0.0, now - step.started) / max(usual, 0.1))


def _to_come(weights: Mapping[str, float], steps: Mapping[str, StepTimes], now: float) -> float:
    """Seconds of steps that are still to come: the usual ones, times the pace of those that have ended. The
    pace moves only when a step ends, so that the time to go falls in between."""
    took = {
        s: t.ended - t.started
        for s, t in steps.items()
        if s in weights and t.started is not None and t.ended is not None
    }
    pace = (PACE_OF_USUAL + sum(took.values())) / (PACE_OF_USUAL + sum(weights[s] for s in took))
    return sum(pace * w * _left(steps.get(s), pace * w, now) for s, w in weights.items())


def _left(step: StepTimes | None, expected: float, now: float) -> float:
    """How much of a step is to come, 0-1: falls with its time, ever more slowly where it takes longer than
    expected."""
    if step is None or step.started is None:
        return 1.0
    if step.ended is not None:
        return 0.0
    gone = max(0.0, now - step.started) / max(expected, 0.1)
    return 1 - gone if gone < SURE_UNTIL else (1 - SURE_UNTIL) * exp(1 - gone / SURE_UNTIL)


def _words(
    planned: Sequence[str], finished: set[str], trained: int, total: int
) -> tuple[list[str], str | None]:
    """The milestones that are reached, and what is going on: the first one that is not."""
    said: list[tuple[str, str, bool]] = []
    for doing, done, steps in MILESTONES:
        own = [s for s in steps if s in planned]
        if own:
            said.append((doing, done, set(own) <= finished))
    said += [(f"training_model_{n}", f"model_{n}_trained", n <= trained) for n in range(1, total + 1)]
    for doing, done, steps in LATER_MILESTONES:
        own = [s for s in steps if s in planned]
        if own:
            said.append((doing, done, set(own) <= finished))
    named = {s for _, _, steps in (*MILESTONES, *LATER_MILESTONES) for s in steps} | set(MODEL_STEPS)
    rest = [s for s in planned if s not in named]
    if rest:
        said.append((GENERATING, GENERATED, set(rest) <= finished))
    current = next((doing for doing, _, is_done in said if not is_done), None)
    return [done for _, done, is_done in said if is_done], current
