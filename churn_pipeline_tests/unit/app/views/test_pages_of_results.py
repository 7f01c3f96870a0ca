"""Pages that speak of a run's results, over an API that answers from a home with them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from churn_pipeline.app.contents.files import LISTS, PREDICTIONS, REPORTS
from churn_pipeline.core.settings import Settings
from churn_pipeline.shop.directory import load_shop
from churn_pipeline_tests.builders.insight_frames import Shop
from churn_pipeline_tests.builders.scored_home import SCORED


@pytest.fixture
def home(with_results: tuple[Settings, Shop], tmp_path: Path) -> Path:
    return tmp_path


def opened(script: Callable[[], None]) -> AppTest:
    page = AppTest.from_function(script, default_timeout=60)
    page.session_state["shop"] = SCORED
    page.run()
    assert not page.exception
    assert not page.error
    return page


def reports_script() -> None:
    from churn_pipeline.app.views import reports

    reports.show()


def campaigns_script() -> None:
    from churn_pipeline.app.views.campaigns import page

    page.show()


def dashboard_script() -> None:
    from churn_pipeline.app.views import dashboard

    dashboard.show()


def settings_script() -> None:
    from churn_pipeline.app.views import settings

    settings.show()


def test_every_report_and_table_can_be_downloaded_in_its_formats(home):
    page = opened(reports_script)
    said = " ".join(m.value for m in page.markdown)
    for entry in (*REPORTS, *PREDICTIONS):
        assert entry.title in said
    assert len(page.get("download_button")) == sum(len(e.formats) for e in (*REPORTS, *PREDICTIONS))


def test_campaigns_offer_the_three_lists_and_the_runs_scenarios(home):
    page = opened(campaigns_script)
    assert page.radio(key="list").options == list(LISTS.values())
    assert any("★" in row for row in page.table[0].value["Scenario"])


def test_the_dashboard_shows_four_cards_and_the_champion(home):
    page = opened(dashboard_script)
    assert [m.label for m in page.metric] == ["Customers", "Churn rate", "Value at risk", "Best model"]
    assert any("★" in row for row in page.table[0].value["Model"])


def test_money_that_is_saved_holds_from_then_on(home):
    page = opened(settings_script)
    margin = next(n for n in page.number_input if n.label == "Gross margin, %")
    margin.set_value(40.0)
    next(b for b in page.button if b.label == "Save").click().run()
    assert not page.exception
    assert [s.value for s in page.success] == ["Saved."], [e.value for e in page.error]
    assert load_shop(Settings(home=home), SCORED).roi.gross_margin == pytest.approx(0.4)


def test_a_shop_is_deleted_only_by_its_name(home):
    page = opened(settings_script)
    name = next(t for t in page.text_input if "write its name here" in t.label)
    name.set_value("coffee")
    next(b for b in page.button if b.label == "Delete this shop").click().run()
    assert "Nothing was deleted" in page.warning[0].value
    assert (home / "data" / "shops" / SCORED / "shop.yaml").exists()
