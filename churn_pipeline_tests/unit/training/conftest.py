"""A small shop's snapshots, drawn from a known model, and one trained candidate of each kind."""

import pandas as pd
import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.shop.config import ALL_MODEL_KINDS
from churn_pipeline.training.search.baselines import Baselines, train_baselines
from churn_pipeline.training.search.candidates import Candidate, train_candidate
from churn_pipeline_tests.builders.snapshots import simulated_snapshots


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("home"), threads=1)


@pytest.fixture(scope="session")
def snapshots() -> pd.DataFrame:
    return simulated_snapshots()


@pytest.fixture(scope="session")
def candidates(snapshots: pd.DataFrame, settings: Settings) -> list[Candidate]:
    return [train_candidate(kind, snapshots, settings, "quick", 1) for kind in ALL_MODEL_KINDS]


@pytest.fixture(scope="session")
def baselines(snapshots: pd.DataFrame, settings: Settings) -> Baselines:
    return train_baselines(snapshots, settings)
