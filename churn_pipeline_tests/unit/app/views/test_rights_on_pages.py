"""Pages of somebody who may only look."""

import pytest
from streamlit.testing.v1 import AppTest

from churn_pipeline_tests.builders.scored_home import SCORED

LOOKING = ("View detailed analysis", "See them", "Try other numbers", "Plan another campaign")


def script(name: str) -> None:
    from importlib import import_module

    import_module(f"churn_pipeline.app.views.{name}").show()


@pytest.mark.parametrize(
    "name",
    ["dashboard", "health", "settings", "new_data", "simulator", "campaigns.page", "customers.explorer"],
)
def test_nothing_is_offered_that_the_api_would_refuse(with_results, name: str):
    page = AppTest.from_function(script, default_timeout=300, args=(name,))
    page.session_state["shop"] = SCORED
    page.session_state["me"] = {"name": "user ben", "can_write": False, "is_admin": False}
    page.run()
    assert not page.exception
    asking = ("What would that change?", "Become the owner")  # the API itself asks nobody here
    assert [b.label for b in page.button if not b.disabled and b.label not in (*LOOKING, *asking)] == []
