"""Dashboard and detailed analysis over an API that answers from a home with results."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from churn_pipeline.service.callers import LOCAL
from churn_pipeline.service.results import results
from churn_pipeline_tests.builders.scored_home import SCORED


def dashboard_script() -> None:
    from churn_pipeline.app.views import dashboard

    dashboard.show()


def analysis_script() -> None:
    from churn_pipeline.app.views import analysis

    analysis.show()


def opened(script: Callable[[], None]) -> AppTest:
    page = AppTest.from_function(script, default_timeout=300)
    page.session_state["shop"] = SCORED
    page.run()
    assert not page.exception
    assert not page.error
    return page


def test_the_dashboard_leads_from_numbers_to_what_to_do(with_results):
    page = opened(dashboard_script)
    buttons = {b.label for b in page.button} | {b.label for b in page.get("download_button")}
    assert {"Export risk list", "Download customer list", "Create campaign"} <= buttons
    assert "View detailed analysis" in buttons
    said = " ".join(m.value for m in page.markdown)
    assert "**Offer**" in said
    outcomes = next(t.value for t in page.table if "Expected outcome" in t.value.columns)
    assert {"Cost", "Customers saved", "Net", "ROI"} <= set(outcomes["Expected outcome"])
    assert any("☆" in " ".join(t.value.iloc[:, 0].astype(str)) for t in page.table)


def test_a_driver_opens_its_breakdown(with_results):
    settings, _ = with_results
    page = opened(dashboard_script)
    driver = results(settings, LOCAL, SCORED)["feature_importance"][0]["feature"]
    shown = len(page.info)
    page.button_group(key="driver").select(driver).run()
    assert not page.exception
    assert len(page.info) == shown + 1, "this home has no model, which the page says instead of failing"


def test_the_analysis_says_metrics_as_sentences_and_counts_both_ways(with_results):
    page = opened(analysis_script)
    said = " ".join(m.value for m in page.markdown)
    assert "Of 100 customers that are flagged" in said
    confusion = next(t.value for t in page.table if "Stayed" in t.value.columns)
    assert list(confusion.iloc[:, 0]) == ["Flagged", "Not flagged"]
    profiles = next(t.value for t in page.table if "Money at risk" in t.value.columns)
    assert "High risk" in set(profiles["Segment"])
