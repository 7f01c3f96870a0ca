"""The what-if simulator over an API that answers from a home with results."""

from streamlit.testing.v1 import AppTest

from churn_pipeline.access.scenarios import list_scenarios
from churn_pipeline_tests.builders.scored_home import SCORED


def script() -> None:
    from churn_pipeline.app.views import simulator

    simulator.show()


def opened() -> AppTest:
    page = AppTest.from_function(script, default_timeout=300)
    page.session_state["shop"] = SCORED
    page.run()
    assert not page.exception
    assert not page.error
    return page


def test_the_sliders_start_as_specified_and_nothing_is_kept_by_moving_them(with_results):
    page = opened()
    limits = {s.key: (s.min, s.max, s.value) for s in page.slider}
    assert limits["targets"] == (50, 500, 100)
    assert limits["discount"] == (5, 30, 20)
    assert limits["success"] == (10, 60, 35)
    before = page.metric[0].value
    page.slider(key="success").set_value(60).run()
    assert not page.exception
    assert page.metric[0].value != before
    assert list_scenarios(with_results[0], SCORED) == []


def test_a_lower_margin_lowers_the_roi(with_results):
    page = opened()
    roi = float(page.metric[0].value.removesuffix(" %").replace(",", ""))
    page.slider(key="margin").set_value(40).run()
    assert float(page.metric[0].value.removesuffix(" %").replace(",", "")) < roi


def test_plans_are_saved_compared_and_deleted(with_results):
    page = opened()
    for name, targets in (("Careful", 50), ("Bold", 200)):
        page.slider(key="targets").set_value(targets).run()
        next(t for t in page.text_input if t.label == "Name of this plan").set_value(name)
        next(b for b in page.button if b.label == "Save plan").click().run()
        assert not page.exception
    page = opened()
    compared = page.table[0].value
    assert {name.strip("★ ") for name in compared.columns[1:]} == {"Careful", "Bold"}
    assert sum(name.startswith("★") for name in compared.columns) == 1
    next(b for b in page.button if b.label == "Delete this plan").click().run()
    assert not page.exception
    assert [s.name for s in list_scenarios(with_results[0], SCORED, named=True)] == ["Careful"]


def test_another_threshold_may_be_tried(with_results):
    page = opened()
    page.toggle(key="threshold").set_value(True).run()
    assert not page.exception
    assert "customers" in page.info[0].value
    assert any("Train" in b.label for b in page.button)
