"""A shop with scores."""

from pathlib import Path

import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline_tests.builders.insight_frames import Shop
from churn_pipeline_tests.builders.scored_home import scored_home


@pytest.fixture
def scored(tmp_path: Path) -> tuple[Settings, Shop]:
    return scored_home(tmp_path)
