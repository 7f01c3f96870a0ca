"""The page of campaigns, over an API that answers from a home with a scored shop."""

import json
import re

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from churn_pipeline.core.settings import Settings
from churn_pipeline.service.callers import LOCAL
from churn_pipeline.service.campaigns import campaign_list, members
from churn_pipeline_tests.builders.insight_frames import Shop
from churn_pipeline_tests.builders.scored_home import SCORED


@pytest.fixture
def home(with_results: tuple[Settings, Shop]) -> Settings:
    return with_results[0]


def page_script() -> None:
    from churn_pipeline.app.views.campaigns import page

    page.show()


def opened(**parameters: str) -> AppTest:
    page = AppTest.from_function(page_script, default_timeout=60)
    page.session_state["shop"] = SCORED
    for name, value in parameters.items():
        page.query_params[name] = value
    return page.run()


def labelled(elements: list, label: str):
    return next(element for element in elements if element.label == label)


def test_a_campaign_is_planned_drawn_and_shown(home: Settings) -> None:
    page = opened()
    assert any("No campaign has been drawn yet" in m.value for m in page.markdown)
    labelled(page.selectbox, "How many to leave alone, by lot").set_value("share").run()
    labelled(page.text_input, "Name").set_value("Spring")
    labelled(page.button, "Show the plan").click().run()
    assert not page.error, page.error[0].value
    assert any("points of retention" in m.value for m in page.markdown)
    assert campaign_list(home, LOCAL, SCORED) == []
    labelled(page.button, "Draw the lot and keep it").click().run()
    assert not page.exception and not page.error
    [drawn] = campaign_list(home, LOCAL, SCORED)
    assert drawn.campaign_id == "spring" and drawn.control > 0
    assert page.dataframe[0].value["Campaign"].tolist() == ["Spring"]
    assert any("is drawn" in s.value for s in page.success)
    assert any("Too early to say: no whole week" in m.value for m in page.markdown)


def test_a_customer_that_another_page_names_is_chosen(home: Settings) -> None:
    scores = home.shops_dir / SCORED / "customer_scores.parquet"
    table = pd.read_parquet(scores)
    customer = str(table.loc[table["status"] == "eligible", "customer_id"].iloc[0])
    page = opened(customer=customer)
    assert labelled(page.selectbox, "For whom").value == ("customer", customer)
    labelled(page.selectbox, "How many to leave alone, by lot").set_value("none").run()
    labelled(page.text_input, "Name").set_value("One")
    labelled(page.text_input, "Why nobody is left alone").set_value("one customer")
    labelled(page.button, "Show the plan").click().run()
    labelled(page.button, "Draw the lot and keep it").click().run()
    assert not page.exception, page.exception
    found = members(home, LOCAL, SCORED, "one")
    assert [member.customer_id for member in found.members] == [customer]


def test_a_plan_without_a_name_is_refused_in_words(home: Settings) -> None:
    page = opened()
    labelled(page.button, "Show the plan").click().run()
    assert page.error[0].value == "Give the campaign a name."


def test_whom_contacting_changes_is_shown_once_a_run_has_learned_it(home: Settings) -> None:
    place = home.shops_dir / SCORED / "results.json"
    results = json.loads(place.read_text("utf-8"))
    group = {"group": "persuadable", "customers": 70, "clear": 40, "tried": 90}
    results["uplift"] = {
        "available": True,
        "campaigns": 1,
        "contacted": 500,
        "left_alone": 400,
        "learner": "t_learner",
        "used": False,
        "curve": [{"share": share, "learner": share, "risk": share / 2} for share in (0.0, 0.5, 1.0)],
        "groups": [group | {"change": 0.07, "low": 0.03, "high": 0.11}],
        "sentences": ["From 1 campaign a model has learned whom contacting changes."],
    }
    place.write_text(json.dumps(results), "utf-8")
    page = opened()
    assert not page.exception and not page.error
    assert any(heading.value == "Whom contacting changes" for heading in page.subheader)
    [shown] = [table.value for table in page.table if "Customers who" in table.value]
    assert shown["Change of retention by contacting"].tolist() == ["7.0 points (3.0 to 11.0)"]


def test_each_offer_may_have_a_limit_of_its_own(home: Settings) -> None:
    page = opened()
    labelled(page.multiselect, "Offers").set_value(["10", "20"]).run()
    labelled(page.text_input, "Name").set_value("Calls")
    labelled(page.number_input, "Most customers with: 20 % discount").set_value(7)
    labelled(page.button, "Show the plan").click().run()
    assert not page.error, page.error[0].value
    [said] = [found for m in page.markdown if (found := re.search(r"20 % discount: (\d+) customer", m.value))]
    assert 0 < int(said[1]) <= 7


def test_the_starred_scenario_is_called_by_its_words(home: Settings) -> None:
    page = opened(scenario="profit_optimal")
    chosen = labelled(page.selectbox, "For whom")
    assert chosen.value == ("scenario", "profit_optimal")
    assert not any("profit_optimal" in option for option in chosen.options)
