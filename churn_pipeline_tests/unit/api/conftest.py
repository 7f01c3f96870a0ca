"""The application over a home with one scored shop, asked from this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from churn_pipeline.api.app import create_app
from churn_pipeline.core.settings import Settings
from churn_pipeline_tests.builders.insight_frames import Shop
from churn_pipeline_tests.builders.scored_home import scored_home


@pytest.fixture
def scored(tmp_path: Path) -> tuple[Settings, Shop]:
    return scored_home(tmp_path)


@pytest.fixture
def client(scored: tuple[Settings, Shop]) -> Iterator[TestClient]:
    app = create_app(scored[0])
    with TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 5000)) as client:
        client.base_url = client.base_url.join("/api/v1/")
        yield client
