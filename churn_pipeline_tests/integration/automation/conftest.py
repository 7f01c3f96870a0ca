"""A home and a Dagster instance of their own for each test."""

import dagster as dg
import pytest

from churn_pipeline.core.settings import Settings


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("CHURN_HOME", str(tmp_path))
    found = Settings()
    found.incoming_dir.mkdir(parents=True)
    return found


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance
