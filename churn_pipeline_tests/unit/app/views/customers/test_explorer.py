"""The customer explorer over an API that answers from a home with a scored shop."""

import pytest
from streamlit.testing.v1 import AppTest

from churn_pipeline.access.audiences import list_audiences, save_audience
from churn_pipeline.core.settings import Settings
from churn_pipeline_tests.builders.insight_frames import Shop
from churn_pipeline_tests.builders.scored_home import SCORED

Scored = tuple[Settings, Shop]


@pytest.fixture
def scored(with_results: Scored) -> Scored:
    return with_results


def script() -> None:
    from churn_pipeline.app.views.customers import explorer

    explorer.show()


def opened(customer: str | None = None) -> AppTest:
    page = AppTest.from_function(script, default_timeout=300)
    page.session_state["shop"] = SCORED
    page.run()
    if customer is not None:  # what stands in the address before the first run is not seen by this harness
        page.query_params["customer"] = customer
        page.run()
    assert not page.exception
    return page


def test_customers_are_filtered_and_the_one_in_the_address_is_shown_in_full(scored: Scored):
    lapsed = scored[1].scores.query("status == 'lapsed'").iloc[0]
    page = opened(customer=lapsed.customer_id)
    page.selectbox(key="status").select("lapsed").run()
    assert not page.exception
    assert set(page.dataframe[0].value["Risk"]) == {"Lapsed"}
    assert page.header[0].value == f"Customer {lapsed.customer_id}"
    said = " ".join(m.value for m in page.markdown)
    assert f"**{lapsed.orders} order" in said
    assert "Member since" in said


def test_a_filter_is_kept_as_an_audience_chosen_and_deleted(scored: Scored):
    settings, _ = scored
    page = opened()
    page.selectbox(key="tier").select("high").run()
    high = int((scored[1].scores.risk_tier == "high").sum())
    name = next(t for t in page.text_input if t.label == "Name of the audience")
    name.set_value("Likely to leave")
    next(b for b in page.button if b.label == "Save").click().run()
    assert not page.exception
    (kept,) = list_audiences(settings, SCORED)
    assert kept.filters == {"risk_tier": ["high"]}
    assert page.selectbox(key="audience").value == kept.id
    assert f"({high})" in page.selectbox(key="audience").options[1]
    assert set(page.dataframe[0].value["Risk"]) == {"high"}
    next(b for b in page.button if b.label == "Delete this audience").click().run()
    assert not page.exception
    assert list_audiences(settings, SCORED) == []
    assert page.selectbox(key="tier").options == ["All", "High", "Medium", "Low"]


def test_an_audience_is_what_the_list_shows(scored: Scored):
    kept = save_audience(scored[0], SCORED, "Gone", {"status": ["lapsed"], "min_value": 10}, "mia")
    page = opened()
    page.selectbox(key="audience").select(kept.id).run()
    assert set(page.dataframe[0].value["Risk"]) == {"Lapsed"}
    assert "worth at least" in " ".join(c.value for c in page.caption)


def test_the_full_history_is_there_on_demand(scored: Scored):
    most = scored[1].scores.sort_values("orders").iloc[-1]
    if most.status == "eligible":
        most = scored[1].scores.query("status == 'lapsed'").sort_values("orders").iloc[-1]
    page = opened(customer=most.customer_id)
    before = len(page.table)
    page.toggle(key="history").set_value(True).run()
    assert not page.exception
    assert len(page.table) == before + 1
    assert len(page.table[-1].value) == min(most.orders, 50)


def test_nobody_fits(scored: Scored):
    page = opened()
    page.text_input(key="text").set_value("no such id").run()
    assert "No customer fits" in page.info[0].value
