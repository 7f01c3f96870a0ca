"""Pages over an API that answers from a home with a scored shop."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from churn_pipeline_tests.builders.scored_home import SCORED, scored_home


@pytest.fixture
def scored_app(app: Callable[[], AppTest], tmp_path: Path) -> Callable[[], AppTest]:
    scored_home(tmp_path)
    return app


def customers_script() -> None:
    from churn_pipeline.app.views import customers

    customers.show()


def test_a_shop_without_results_says_what_to_do(scored_app):
    page = scored_app()
    assert not page.exception
    assert page.title[0].value == "Dashboard"
    assert page.sidebar.selectbox[0].value == SCORED
    assert "churn run" in page.info[0].value or "train" in page.info[0].value.lower()


def test_customers_are_filtered_and_the_one_in_the_address_is_shown_in_full(scored_app):
    page = AppTest.from_function(customers_script, default_timeout=60)
    page.session_state["shop"] = SCORED
    page.run()
    assert not page.exception
    everyone = page.dataframe[0].value
    page.query_params["customer"] = everyone["Customer"].iloc[0]
    page.selectbox(key="status").select("lapsed").run()
    assert not page.exception
    assert set(page.dataframe[0].value["Risk"]) == {"Lapsed"}
    assert page.header[0].value == f"Customer {everyone['Customer'].iloc[0]}"
