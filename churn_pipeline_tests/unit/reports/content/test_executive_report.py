"""The executive report says what the results say, and nothing where they say nothing."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from churn_pipeline.core.documents.results import Results
from churn_pipeline.core.documents.uplift import Uplift
from churn_pipeline.core.wording import money, number, percent
from churn_pipeline.reports.content.blocks import Bullets, Cards, Paragraph, Report, Table
from churn_pipeline.reports.content.executive_report import executive_report
from churn_pipeline.shop.config import RoiAssumptions, ShopConfig
from churn_pipeline_tests.builders.insight_frames import shop_tables
from churn_pipeline_tests.builders.report_documents import CONFIG, shop_results


@pytest.fixture(scope="module")
def results() -> Results:
    return shop_results()


@pytest.fixture(scope="module")
def report(results: Results) -> Report:
    return executive_report(results)


def blocks_of(report: Report, title: str) -> tuple[Any, ...]:
    return next(section.blocks for section in report.sections if section.title == title)


def texts(report: Report, title: str) -> str:
    """All sentences of a section's paragraphs and bullets."""
    found: list[str] = []
    for block in blocks_of(report, title):
        found += list(block.items) if isinstance(block, Bullets) else []
        found += [block.text] if isinstance(block, Paragraph) else []
    return "\n".join(found)


def table_of(report: Report, title: str, place: int = 0) -> Table:
    return [block for block in blocks_of(report, title) if isinstance(block, Table)][place]


def test_it_has_every_part_in_its_order(report: Report) -> None:
    assert [section.title for section in report.sections] == [
        "Summary",
        "How good are the predictions?",
        "Why customers leave",
        "Who they are",
        "What to do",
        "Campaigns compared",
        "The months ahead, if nothing is done",
        "Early warnings",
        "What to expect",
        "Method and limits",
    ]


def test_four_cards_hold_the_summary(results: Results, report: Report) -> None:
    (cards,) = [block.cards for block in blocks_of(report, "Summary") if isinstance(block, Cards)]
    summary = results.summary
    assert [card.value for card in cards] == [
        number(summary.total_customers),
        percent(summary.expected_churn_rate or 0),
        money(summary.revenue_at_risk, "€"),
        f"{results.recommendations.primary.discount_percent:g} % off",
    ]
    assert "€" in cards[2].value


def test_performance_is_said_in_sentences(report: Report) -> None:
    said = texts(report, "How good are the predictions?")
    assert "Machine learning is worth it here." in said
    assert (
        "Of 100 customers whom it flags (a probability of 36 % or more), 62 leave; "
        "among all customers it is 33." in said
    )
    assert "Of 100 customers who leave, it flags 90 and misses 10." in said
    assert "the right one is given the higher probability so often: LightGBM 81 of 100" in said
    comparison = table_of(report, "How good are the predictions?")
    assert [row[0] for row in comparison.rows][comparison.marked[0]] == "LightGBM ★"


def test_lapsed_and_new_stand_among_the_segments(results: Results, report: Report) -> None:
    rows = {row[0]: row for row in table_of(report, "Who they are").rows}
    assert list(rows) == ["High risk", "Medium risk", "Low risk", "Lapsed", "New"]
    assert rows["Lapsed"][1] == number(results.segments["lapsed"].count)
    assert rows["Lapsed"][3] == "–" and rows["High risk"][3] != "–"


def test_the_campaign_has_its_subject_line_offer_time_and_outcome(results: Results, report: Report) -> None:
    said, primary = texts(report, "What to do"), results.recommendations.primary.model_dump()
    assert f"Subject: {primary['example_message']['subject']}" in said
    assert primary["example_message"]["message"] in said
    assert money(primary["expected_cost"], "€") in said and "80 % interval" in said
    assert "When: this week, valid until" in said
    assert f"{primary['discount_percent']:g} % discount" in said


def test_both_stars_are_set(results: Results, report: Report) -> None:
    table = table_of(report, "Campaigns compared")
    starred = [row[0] for row in table.rows if "★" in row[0]]
    assert starred == ["Most profitable ★"] and table.rows[table.marked[0]][0] == starred[0]
    plain = results.roi_scenarios.specification_formula
    best = max((r for r in plain if r["roi_percent"]), key=lambda r: r["roi_percent"])["scenario"]
    names = {
        "top_50": "Top 50",
        "top_100": "Top 100",
        "top_200": "Top 200",
        "all_high_risk": "All at high risk",
    }
    assert [row[0] for row in table.rows if "☆" in row[0]] == [f"{names[best]} ☆"]


def test_expectations_have_their_ranges(report: Report) -> None:
    table = table_of(report, "What to expect")
    assert all(" to " in row[2] for row in table.rows) and len(table.rows) == 5
    assert table.rows[0][0] == "Customers who leave within 60 days"
    assert "held 78 % of the time; 80 % is what they aim at" in texts(report, "What to expect")


def test_warnings_are_counted_and_the_first_are_shown(report: Report) -> None:
    assert "7 customers are new" in texts(report, "Early warnings")
    table = table_of(report, "Early warnings")
    assert table.rows == (("C1", "Ordered once, 30 days ago."),) and "And 6 more" in table.note


def test_a_shop_where_nothing_pays_and_nobody_is_at_high_risk_has_a_report() -> None:
    shop = shop_tables()
    lower = shop.scores["churn_probability"] * 0.5
    tier = np.where(lower > 0.4, "medium", np.where(lower.notna(), "low", None))
    scores = shop.scores.assign(churn_probability=lower, risk_tier=tier)
    config = ShopConfig(
        name="tea", roi=RoiAssumptions(contact_cost=1e6, fixed_cost=1e9), actions=CONFIG.actions
    )
    report = executive_report(shop_results(replace(shop, scores=scores), config))
    (cards,) = [block.cards for block in blocks_of(report, "Summary") if isinstance(block, Cards)]
    assert cards[2].label == "money at risk" and cards[3].value == "Wait"
    assert "contact nobody" in texts(report, "What to do")
    assert "No campaign pays for itself." in table_of(report, "Campaigns compared").note


def test_without_warnings_months_and_drivers_the_report_is_shorter(results: Results) -> None:
    bare = results.model_copy(
        update={
            "drivers": [],
            "feature_importance": [],
            "verdict": None,
            "baselines": None,
            "forecast": results.forecast.model_copy(update={"months": []}),
            "early_warnings": results.early_warnings.model_copy(update={"counts": {}, "first": []}),
            "model_performance": [],
        }
    )
    titles = [section.title for section in executive_report(bare).sections]
    assert "Why customers leave" not in titles and "The months ahead, if nothing is done" not in titles
    assert "None since the last scoring." in texts(executive_report(bare), "Early warnings")


def test_whom_contacting_changes_is_told_where_something_was_learned(results: Results) -> None:
    said = "From 3 campaigns a model has learned whom contacting changes."
    nulls = ("learner", "kept_share", "learner_qini", "risk_qini", "ahead", "retention", "profit_ahead")
    facts = {"available": True, "campaigns": 3, "contacted": 400, "left_alone": 400, "used": False}
    uplift = Uplift.model_validate(
        dict.fromkeys(nulls) | facts | {"curve": [], "groups": [], "sentences": [said]}
    )
    told = executive_report(results.model_copy(update={"uplift": uplift}))
    assert texts(told, "Whom contacting changes") == said
