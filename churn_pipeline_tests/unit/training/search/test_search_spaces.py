"""What a search tries: the known good first, more where rows are few, balanced sets where churn is rare."""

from churn_pipeline.training.search.search_spaces import MOST_TRIALS, load_search_space, propose


def test_a_thorough_search_tries_more_where_rows_are_few():
    space = load_search_space("lightgbm")
    counts = {rows: len(propose(space, "thorough", 0.4, 42, rows).params) for rows in (1_000, 30_000, 60_000)}
    assert counts == {1_000: MOST_TRIALS, 30_000: 20, 60_000: 15}
    again = propose(space, "thorough", 0.4, 42, 30_000).params
    assert (
        again == propose(space, "thorough", 0.4, 42, 30_000).params
        and again[0].items() >= space.known_good[0].items()
    )


def test_rare_churn_adds_balanced_sets():
    tried = [
        p["imbalance"] for p in propose(load_search_space("xgboost"), "thorough", 0.1, 42, 60_000).params
    ]
    assert tried.count("weights") == tried.count("smote") == 1
    assert {
        p["imbalance"] for p in propose(load_search_space("xgboost"), "quick", 0.1, 42, 60_000).params
    } == {"none"}
