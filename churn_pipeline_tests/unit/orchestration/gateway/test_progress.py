"""Progress of a run in per cent and in words; it never falls."""

import itertools

import pytest

from churn_pipeline.orchestration.gateway.progress import MODEL_STEPS, StepTimes, progress_of

PLANNED = (
    "raw_transactions",
    "ledger_quality",
    "transactions",
    "churn_definition",
    "customer_features",
    "data_profile",
    "training_snapshots",
    *sorted(MODEL_STEPS),
    "model_comparison",
    "champion",
    "champion_in_use",
    "shap_values",
    "feature_importance",
    "decision_rules",
    "customer_value",
    "customer_scores",
    "risk_segments",
    "results",
)
SECONDS = 10.0


def steps_at(now: float) -> dict[str, StepTimes]:
    """Steps one after the other, each of SECONDS, as the event log has them at `now`."""
    found = {}
    for n, step in enumerate(PLANNED):
        began, ended = n * SECONDS, (n + 1) * SECONDS
        if began <= now:
            found[step] = StepTimes(began, ended if ended <= now else None, ended <= now)
    return found


def test_it_begins_at_nothing_and_ends_short_of_all():
    first = progress_of(PLANNED, {}, {}, now=0)
    assert (first.percent, first.current_step, first.steps_completed) == (0, "validating_data", ())
    assert first.models_total == 6
    last = progress_of(PLANNED, steps_at(1e6), {}, now=1e6)
    assert (last.percent, last.current_step) == (99, None)  # 100 is said of a completed run alone
    assert last.steps_completed[-1] == "insights_generated"


def test_it_never_falls_whatever_steps_took_in_the_past():
    for usual in ({}, dict.fromkeys(PLANNED, 1.0), dict.fromkeys(PLANNED, 100.0), {"svm": 300.0}):
        seen = [progress_of(PLANNED, steps_at(t), usual, now=t) for t in range(0, 400, 3)]
        assert [p.percent for p in seen] == sorted(p.percent for p in seen)
        assert [len(p.steps_completed) for p in seen] == sorted(len(p.steps_completed) for p in seen)
        assert seen[-1].percent == 99


def test_the_words_of_the_specification():
    after_two = {s: StepTimes(0, 1, True) for s in PLANNED[:7]} | {
        "lightgbm": StepTimes(1, 2, True),
        "baselines": StepTimes(1, 2, True),
        "svm": StepTimes(2, None),
    }
    found = progress_of(PLANNED, after_two, {}, now=3)
    assert found.steps_completed == (
        "data_validated",
        "data_profiled",
        "features_engineered",
        "model_1_trained",
        "model_2_trained",
    )
    assert found.current_step == "training_model_3"
    assert (found.models_trained, found.models_total) == (2, 6)


def test_kinds_that_the_shop_does_not_train_are_not_counted():
    found = progress_of(PLANNED, steps_at(1e6), {}, now=1e6, models=("svm",))
    assert (found.models_trained, found.models_total) == (2, 2)


def test_a_job_without_training_has_no_models():
    found = progress_of(("customer_scores", "results"), {}, {}, now=0)
    assert (found.models_total, found.current_step) == (0, "scoring_customers")


def test_a_failed_step_completes_nothing():
    found = progress_of(PLANNED, {"raw_transactions": StepTimes(0, 1, False)}, {}, now=2)
    assert found.steps_completed == ()


TRAINED = [step for step in PLANNED if step not in ("decision_tree", "neural_network")]


def to_come_at(now: float, slowness: float) -> float:
    """Seconds to go, of a run whose steps take `slowness` times what they usually do, one after the other."""
    took = SECONDS * slowness
    steps = {
        step: StepTimes(n * took, (n + 1) * took if (n + 1) * took <= now else None, (n + 1) * took <= now)
        for n, step in enumerate(TRAINED)
        if n * took <= now
    }
    found = progress_of(TRAINED, steps, dict.fromkeys(TRAINED, SECONDS), now)
    return found.to_come * SECONDS * len(TRAINED)


@pytest.mark.parametrize("slowness", [0.5, 1.0, 2.5])
def test_the_time_to_go_counts_down_at_this_runs_pace(slowness: float):
    whole = SECONDS * slowness * len(TRAINED)
    at = [to_come_at(whole * tenth / 10, slowness) for tenth in range(10)]
    assert at[0] == pytest.approx(SECONDS * len(TRAINED))
    for tenth in range(4, 10):
        left = whole * (1 - tenth / 10)
        assert at[tenth] == pytest.approx(left, rel=0.35, abs=4.0)
        assert at[tenth] < at[tenth - 1]


def test_the_time_to_go_falls_every_few_seconds_while_a_step_takes_longer_than_it_should():
    steps = {PLANNED[0]: StepTimes(0, None)}
    left = [progress_of(PLANNED, steps, {}, now).to_come for now in range(0, 60, 5)]
    assert all(later < earlier for earlier, later in itertools.pairwise(left))
