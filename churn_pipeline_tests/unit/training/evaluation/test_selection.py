"""Paired losses, the terms of the score in their own standard errors, and the choice between the blend and
the others."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn_pipeline.core.settings import SelectionWeights
from churn_pipeline.training.evaluation.metrics import row_losses, sigmoid
from churn_pipeline.training.evaluation.paired_losses import level_free_losses, paired_difference
from churn_pipeline.training.evaluation.score_terms import SPAN, scaled_terms, score_terms, weighted_score
from churn_pipeline.training.evaluation.selection import choose_champion

ROWS, ORIGINS = 3_000, 6
CUSTOMERS = pd.Series([f"c{i % 700}" for i in range(ROWS)])
CUTOFFS = pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(ROWS) % ORIGINS * 15, unit="D"))
FOLD = (np.arange(ROWS) % 700 % 5).astype(np.int8)
RNG = np.random.default_rng(7)
TRUE = RNG.normal(-0.3, 1.3, ROWS)
Y = (RNG.random(ROWS) < sigmoid(TRUE)).astype(np.int8)
PROFITS = np.where(Y == 1, 30.0, -4.0)


def noisy(size, seed):
    return TRUE + np.random.default_rng(seed).normal(0, size, ROWS)


def terms_of(line, seconds=1.0, threshold=0.4):
    return score_terms(Y, sigmoid(line), threshold, FOLD, PROFITS, 0.0, seconds)


def chosen(lines, **weights):
    losses = {kind: level_free_losses(line, Y, CUTOFFS) for kind, line in lines.items()}
    terms = {kind: terms_of(line) for kind, line in lines.items()}
    return choose_champion(losses, CUSTOMERS, CUTOFFS, terms, SelectionWeights(**weights))


@given(st.lists(st.floats(-3, 3), min_size=ORIGINS, max_size=ORIGINS))
def test_the_level_of_a_cutoff_has_no_part_in_level_free_losses(shifts):
    shifted = noisy(0.5, 1) + np.array(shifts)[np.arange(ROWS) % ORIGINS]
    np.testing.assert_allclose(
        level_free_losses(shifted, Y, CUTOFFS), level_free_losses(noisy(0.5, 1), Y, CUTOFFS), atol=1e-6
    )


def test_no_other_intercept_has_a_lower_loss():
    best = level_free_losses(TRUE, Y, CUTOFFS).mean()
    assert all(row_losses(Y, sigmoid(TRUE + shift)).mean() > best for shift in np.linspace(-1, 1, 21))


def test_rows_of_one_customer_are_not_independent():
    losses = level_free_losses(TRUE, Y, CUTOFFS)
    extra = np.repeat(RNG.normal(0, 1, 700), 5)[:ROWS][
        np.argsort(np.argsort(CUSTOMERS.factorize()[0], kind="stable"))
    ]
    by_customer = paired_difference(losses + extra, losses, CUSTOMERS, CUTOFFS)
    by_row = paired_difference(losses + extra, losses, pd.Series(np.arange(ROWS)), CUTOFFS)
    assert by_customer.error > 1.3 * by_row.error


def test_lower_everywhere_is_clear_and_lower_at_one_origin_is_not():
    losses = level_free_losses(TRUE, Y, CUTOFFS)
    assert paired_difference(losses - 0.01, losses, CUSTOMERS, CUTOFFS).clearly_lower
    once = np.where(CUTOFFS.eq(CUTOFFS.max()), 0.5, -0.001)
    found = paired_difference(losses - once, losses, CUSTOMERS, CUTOFFS)
    assert found.mean < -found.error and not found.clearly_lower


def test_the_blend_wins_against_what_is_not_clearly_better():
    blend = TRUE + RNG.normal(0, 0.4, ROWS)
    selection = chosen({"blend": blend, "svm": blend + RNG.normal(0, 0.05, ROWS), "xgboost": noisy(1.5, 3)})
    assert selection.champion == "blend"
    assert selection.rows["xgboost"]["beats_blend"] is False and selection.rows["xgboost"]["less_blend"] > 0
    assert all("score" in row for row in selection.rows.values())


def test_the_score_orders_those_that_beat_the_blend_alone():
    lines = {
        "blend": noisy(2.0, 1),
        "svm": noisy(0.1, 2),
        "lightgbm": noisy(0.6, 3),
        "xgboost": noisy(3.0, 4),
    }
    selection = chosen(lines)
    beating = {kind for kind, row in selection.rows.items() if row.get("beats_blend")}
    assert beating == {"svm", "lightgbm"}
    assert selection.champion == max(beating, key=lambda kind: selection.rows[kind]["score"])


def test_without_a_blend_the_score_orders_all_and_equal_scores_go_to_the_lower_loss():
    close = noisy(0.5, 1)
    selection = chosen(
        {"svm": close + RNG.normal(0, 1e-4, ROWS), "xgboost": close, "lightgbm": noisy(4.0, 2)}, stability=0.0
    )
    rows = selection.rows
    assert rows["svm"]["score"] == rows["xgboost"]["score"] > rows["lightgbm"]["score"]
    assert selection.champion == min(("svm", "xgboost"), key=lambda kind: rows[kind]["out_of_fold_log_loss"])


def test_a_gap_below_one_standard_error_has_no_say():
    line = noisy(0.5, 1)
    scaled = scaled_terms({"a": terms_of(line), "b": terms_of(line + RNG.normal(0, 0.02, ROWS))}, CUSTOMERS)
    assert scaled["a"]["f1"] == scaled["b"]["f1"] == scaled["a"]["roi"] == scaled["b"]["roi"] == 1.0


def test_a_gap_of_many_standard_errors_is_the_whole_term():
    scaled = scaled_terms(
        {"a": terms_of(noisy(0.1, 1)), "b": terms_of(noisy(5.0, 2), seconds=4.0)}, CUSTOMERS
    )
    assert scaled["a"]["f1"] == 1.0 and scaled["b"]["f1"] == 0.0
    assert scaled["b"]["speed"] == 0.25
    assert weighted_score(scaled["a"], SelectionWeights()) == pytest.approx(1.0)


def test_the_error_of_a_term_is_that_of_drawing_customers():
    """Against a bootstrap of customers: the share of the term that is lost tells the standard error that was
    used."""
    lines = {"a": noisy(0.3, 1), "b": noisy(1.0, 2)}
    terms = {kind: terms_of(line) for kind, line in lines.items()}
    gap = terms["a"].ratios["f1"].value - terms["b"].ratios["f1"].value
    codes = pd.factorize(CUSTOMERS)[0]
    rng, gaps = np.random.default_rng(0), []
    for _ in range(400):
        weight = np.bincount(rng.integers(0, 700, 700), minlength=700)[codes]
        f1 = {
            k: 2 * (weight * Y * (sigmoid(v) >= 0.4)).sum() / (weight * (Y + (sigmoid(v) >= 0.4))).sum()
            for k, v in lines.items()
        }
        gaps.append(f1["a"] - f1["b"])
    expected = 1 - (gap / np.std(gaps) - 1) / SPAN
    assert gap > np.std(gaps)
    assert scaled_terms(terms, CUSTOMERS)["b"]["f1"] == pytest.approx(max(0.0, expected), abs=0.1)


def test_nobody_churned_gives_finite_terms():
    nobody = np.zeros(ROWS, np.int8)
    terms = {
        k: score_terms(nobody, sigmoid(noisy(1.0, i)), 1.0, FOLD, -np.ones(ROWS), 0.0, 1.0)
        for i, k in enumerate("ab")
    }
    assert all(0 <= v <= 1 for own in scaled_terms(terms, CUSTOMERS).values() for v in own.values())
