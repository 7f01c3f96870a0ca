"""The model report: calibration counted by hand, the confusion matrix, rules and the model card."""

import numpy as np
import pytest

from churn_pipeline.core.documents.level import ShopLevel
from churn_pipeline.core.documents.results import Results
from churn_pipeline.reports.content.blocks import Beside, Lines, Paragraph, Picture, Table
from churn_pipeline.reports.content.model_probabilities import Calibration, calibration
from churn_pipeline.reports.content.model_report import model_report
from churn_pipeline_tests.builders.report_documents import shop_results

CALIBRATED = Calibration((0.1, 0.5, 0.9), (0.2, 0.5, 0.8))


@pytest.fixture(scope="module")
def results() -> Results:
    return shop_results()


def test_calibration_takes_groups_of_equal_size_in_the_order_of_probability() -> None:
    p = np.array([0.9, 0.1, 0.2, 0.8])
    found = calibration(p, np.array([1, 0, 1, 1], dtype=np.int8))
    assert found.expected == pytest.approx((0.1, 0.2, 0.8, 0.9)) and found.observed == (0, 1, 1, 1)
    many = calibration(np.linspace(0, 1, 1000), np.zeros(1000, np.int8))
    assert len(many.expected) == 10 and set(many.observed) == {0.0}


def test_it_has_every_part(results: Results) -> None:
    report = model_report(results, CALIBRATED)
    assert [section.title for section in report.sections] == [
        "Summary",
        "All models on one test",
        "Whom it flags",
        "Do the probabilities hold?",
        "What it rests on",
        "Rules of thumb",
        "Model card",
        "Champions so far",
    ]
    assert "version 3, lightgbm, tested as of 1 November 2024" in report.subtitle


def test_the_confusion_matrix_sums_to_the_test(results: Results) -> None:
    (flags,) = [s for s in model_report(results, None).sections if s.title == "Whom it flags"]
    block = flags.blocks[0]
    assert isinstance(block, Beside) and isinstance(block.right, Table)
    assert block.right.rows == (
        ("left", "90", "10", "100"),
        ("stayed", "55", "145", "200"),
        ("together", "145", "155", "300"),
    )


def test_calibration_and_the_rate_by_cutoff_stand_beside_each_other(results: Results) -> None:
    (held,) = [
        s for s in model_report(results, CALIBRATED).sections if s.title == "Do the probabilities hold?"
    ]
    block = held.blocks[0]
    assert isinstance(block, Beside)
    left, right = block.left, block.right
    assert isinstance(left, Picture) and isinstance(right, Picture)
    assert "at most 10.0 percentage points" in left.alt
    assert isinstance(left.chart, Lines) and left.chart.diagonal and left.chart.x == CALIBRATED.expected
    assert isinstance(right.chart, Lines) and right.chart.series[0].values == (0.3, 0.28, 0.31)
    assert right.chart.labels == ("2024-06", "2024-07", "2024-11")


def test_the_card_says_what_it_is_made_of_and_not_meant_for(results: Results) -> None:
    (card,) = [s for s in model_report(results, None).sections if s.title == "Model card"]
    (table,) = card.blocks
    assert isinstance(table, Table)
    rows = dict(table.rows)
    assert rows["Made of"] == "n_estimators 100" and rows["Calibration"] == "Platt scaling"
    assert rows["Learned from"] == "5,000 rows at 1 cutoff"
    assert rows["Features"] == "1 of the catalogue; 1 left out: x (constant)"
    assert rows["Chosen by"] == "loss at earlier dates; ties by f1 0.4, recall 0.3"
    assert "to judge a person" in rows["Not meant"]


def test_the_level_is_told_where_it_is_known(results: Results) -> None:
    level = {"version": "3", "now": None, "sentence": "No level yet.", "ahead": [], "at_test": None}
    known = results.model_copy(
        update={"level": ShopLevel.model_validate(level | {"residuals": [], "since": []})}
    )
    (held,) = [s for s in model_report(known, CALIBRATED).sections if s.title == "Do the probabilities hold?"]
    assert Paragraph("No level yet.") in held.blocks
