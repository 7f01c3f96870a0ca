"""What a search tries: the known good first, more where rows are few, balanced sets where churn is rare, and
later draws where the first were good."""

import numpy as np

from churn_pipeline.training.search.search_spaces import (
    MOST_TRIALS,
    SearchSpace,
    load_search_space,
    propose,
    propose_more,
)


def test_a_thorough_search_tries_more_where_rows_are_few():
    space = load_search_space("lightgbm")
    proposed = {rows: propose(space, "thorough", 0.4, 42, rows) for rows in (1_000, 30_000, 60_000)}
    counts = {rows: len(p.params) + p.later for rows, p in proposed.items()}
    assert counts == {1_000: MOST_TRIALS, 30_000: 20, 60_000: 15}
    assert proposed[30_000].later == 10
    again = propose(space, "thorough", 0.4, 42, 30_000).params
    assert again == proposed[30_000].params and again[0].items() >= space.known_good[0].items()


def _distance(params: dict) -> float:
    """A made-up loss with one best place: C .02, gamma .5."""
    return abs(np.log10(params["C"] / 0.02)) + abs(np.log10(params["gamma"] / 0.5))


def test_the_later_half_is_drawn_near_what_was_good():
    space = load_search_space("svm")
    gains = []
    for seed in range(8):
        proposals = propose(space, "thorough", 0.4, seed, 1_000)
        first = list(proposals.params)
        later = propose_more(proposals, [_distance(p) for p in first])
        assert len(later) == MOST_TRIALS // 2
        at_random = [_distance(p) for p in first[len(space.known_good) :]]
        gains.append(np.median(at_random) - np.median([_distance(p) for p in later]))
    assert np.median(gains) > 0.3 and min(gains) > 0


def test_known_sets_outside_the_space_are_learnt_from_where_they_can_be():
    space = SearchSpace(
        rows=1, known_good=[{"C": 99.0, "knots": 4}], space={"C": {"low": 0.1, "high": 1.0}, "knots": [0, 4]}
    )
    proposals = propose(space, "thorough", 0.4, 1, 60_000)
    later = propose_more(proposals, list(range(len(proposals.params))))
    assert len(later) == 7 and all(0.1 <= p["C"] <= 1 for p in later)
    assert {"knots": 4} in [trial.params for trial in proposals.study.trials]


def test_rare_churn_adds_balanced_sets():
    space = load_search_space("xgboost")
    tried = {
        effort: [p["imbalance"] for p in propose(space, effort, 0.1, 42, 60_000).params]
        for effort in ("quick", "standard", "thorough")
    }
    assert {k: [i for i in v if i != "none"] for k, v in tried.items()} == {
        "quick": [],
        "standard": ["weights", "undersampling"],
        "thorough": ["weights", "undersampling", "smote"],
    }
    assert all(p["imbalance"] == "none" for p in propose(space, "thorough", 0.3, 42, 60_000).params)
