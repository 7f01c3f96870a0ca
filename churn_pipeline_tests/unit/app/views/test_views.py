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


def test_a_shop_without_results_says_what_to_do(scored_app):
    page = scored_app()
    assert not page.exception
    assert page.title[0].value == "Dashboard"
    assert page.sidebar.selectbox[0].value == SCORED
    assert "churn run" in page.info[0].value or "train" in page.info[0].value.lower()
