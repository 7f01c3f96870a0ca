"""The score's formula."""

import pytest

from churn_pipeline.quality.rules import Limits, ledger_rules
from churn_pipeline.quality.score import loss, quality_score


@pytest.mark.parametrize(
    ("observed", "ideal", "limit", "lost"),
    [
        (None, 0, 1, 0),
        (0.05, 0, 0.2, 0.25),
        (0.3, 0, 0.2, 1),
        (750, 1000, 500, 0.5),
        (2000, 1000, 500, 0),
        (0, 0, 0, 0),
        (1, 0, 0, 1),
    ],
)
def test_loss_is_linear_between_ideal_and_limit(
    observed: float | None, ideal: float, limit: float, lost: float
) -> None:
    assert loss(observed, ideal, limit) == pytest.approx(lost)


def test_score_is_what_is_left_of_ten() -> None:
    assert quality_score([(1, 0), (3, 0.5)], critical_failed=False) == 6.2
    assert quality_score([(1, 0), (99, 0)], critical_failed=True) == 4.0
    assert quality_score([(2, 1), (1, 1)], critical_failed=False) == 0.0


def test_every_rule_can_be_read_and_has_advice() -> None:
    rules = ledger_rules(Limits(horizon=40))
    assert len({rule.name for rule in rules}) == len(rules)
    assert all(rule.said and rule.failed and rule.advice for rule in rules)
    assert next(rule for rule in rules if rule.name == "minimum_history").minimum == 120
