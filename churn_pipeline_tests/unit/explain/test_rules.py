"""Rules found on training rows, judged on the test."""

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.explain.rules import Condition, Rule, decision_rules, tier_profiles
from churn_pipeline_tests.builders.small_shop import Shop

NAMES = ["days_since_last_purchase", "total_purchase_count", "average_order_value"]


def planted(rows: int, seed: int) -> pd.DataFrame:
    """Those absent for more than 60 days with fewer than 5 orders churn nine times in ten, the others once in
    ten."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "days_since_last_purchase": rng.uniform(0, 120, rows),
            "total_purchase_count": rng.integers(2, 12, rows).astype(float),
            "average_order_value": rng.gamma(3, 10, rows),
        }
    )
    at_risk = (X.days_since_last_purchase > 60) & (X.total_purchase_count < 5)
    return X.assign(churned=(rng.random(rows) < np.where(at_risk, 0.9, 0.1)).astype(int))


def test_finds_the_planted_rule_and_measures_it_on_the_test() -> None:
    train, test = planted(3000, 1), planted(2000, 2)
    rules = decision_rules(train, test, NAMES)
    best = next(r for r in rules if r.outcome == "churns")
    assert {c.feature for c in best.conditions} == {"days_since_last_purchase", "total_purchase_count"}
    holds = np.logical_and.reduce([c.holds(test) for c in best.conditions])
    assert best.count == holds.sum()
    assert best.precision == pytest.approx(test.churned[holds].mean())
    assert best.lift == pytest.approx(test.churned[holds].mean() / test.churned.mean())
    assert best.coverage == pytest.approx(holds.mean())
    assert best.precision > 0.8
    assert best.in_words().startswith("IF Days since last order > ")


def test_whole_numbers_are_told_whole_and_models_features_not_at_all() -> None:
    rule = Rule(
        (Condition("total_purchase_count", False, 10.5), Condition("spend_last_90_days", True, 55.3)),
        "churns",
        0.1,
        0.5,
        2.0,
        9,
    )
    assert (
        rule.in_words("€")
        == "IF Orders so far ≤ 10 orders AND Spend in the last 90 days > €55.30 THEN churns"
    )
    train, test = (
        planted(1000, seed).rename(columns={"days_since_last_purchase": "bg_nbd_churn_probability"})
        for seed in (1, 2)
    )
    rules = decision_rules(train, test, ["bg_nbd_churn_probability", *NAMES[1:]])
    assert {c.feature for rule in rules for c in rule.conditions} <= set(NAMES[1:])


def test_rules_that_hold_only_in_training_are_left_out() -> None:
    train, test = planted(1000, 1), planted(1000, 2)
    test["churned"] = np.random.default_rng(3).integers(0, 2, len(test))
    assert all(r.lift < 1.4 for r in decision_rules(train, test, NAMES))


def test_no_rules_without_two_outcomes() -> None:
    one_class = planted(100, 1).assign(churned=1)
    assert decision_rules(one_class, planted(100, 2), NAMES) == []


def test_profiles_describe_the_tiers() -> None:
    rows = planted(1000, 4)
    tiers = pd.Series(
        np.where(
            rows.days_since_last_purchase > 90,
            "high",
            np.where(rows.days_since_last_purchase > 40, "medium", "low"),
        )
    )
    profiles = tier_profiles(rows, tiers, NAMES)
    assert set(profiles) == {"high", "medium", "low"}
    assert profiles["high"].precision > 0.95
    assert [c.feature for c in profiles["high"].conditions] == ["days_since_last_purchase"]


def test_a_shops_rules_are_short_and_serialisable(shop: Shop) -> None:
    test = shop.snapshots[shop.snapshots.cutoff == shop.snapshots.cutoff.max()]
    train = shop.snapshots[shop.snapshots.cutoff < shop.snapshots.cutoff.max()]
    rules = decision_rules(train, test, shop.names)
    assert rules
    assert all(1 <= len(r.conditions) <= 3 and r.lift >= 1.15 for r in rules)
    assert all(isinstance(r.to_document("EUR")["rule"], str) for r in rules)
