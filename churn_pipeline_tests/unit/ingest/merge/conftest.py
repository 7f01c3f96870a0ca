"""A home for each test."""

from pathlib import Path

import pytest

from churn_pipeline.core.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")
