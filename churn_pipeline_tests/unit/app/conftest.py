"""A home without a shop, and the app's script over it; a home with a shop that has results."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from churn_pipeline.app.serve import SCRIPT
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import table_version, write_json
from churn_pipeline.shop.directory import load_shop, shop_folder
from churn_pipeline_tests.builders.insight_frames import Shop
from churn_pipeline_tests.builders.report_documents import shop_results
from churn_pipeline_tests.builders.scored_home import SCORED, scored_home


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], AppTest]]:
    """Runs the app for a visitor, over an API of its own in CHURN_HOME (tmp_path)."""
    monkeypatch.setenv("CHURN_HOME", str(tmp_path))
    monkeypatch.delenv("CHURN_API_URL", raising=False)
    st.cache_resource.clear()
    yield lambda: AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    st.cache_resource.clear()


@pytest.fixture
def with_results(app: Callable[[], AppTest], tmp_path: Path) -> tuple[Settings, Shop]:
    """The settings of a home with a shop that has results, and the shop's tables."""
    settings, tables = scored_home(tmp_path)
    folder = shop_folder(settings, SCORED)
    results = shop_results(tables, load_shop(settings, SCORED)).model_dump(mode="json")
    version = table_version(folder, "transactions")
    results["tables"] = {"transactions": {"run_id": version.run_id, "data_version": version.data_version}}
    write_json(folder / "results.json", results)
    return settings, tables
