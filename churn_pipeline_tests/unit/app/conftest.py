"""A home without a shop, and the app's script over it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from churn_pipeline.app.serve import SCRIPT


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], AppTest]]:
    """Runs the app for a visitor, over an API of its own in CHURN_HOME (tmp_path)."""
    monkeypatch.setenv("CHURN_HOME", str(tmp_path))
    monkeypatch.delenv("CHURN_API_URL", raising=False)
    st.cache_resource.clear()
    yield lambda: AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    st.cache_resource.clear()
