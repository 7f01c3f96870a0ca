"""The small shop, and its model of each kind."""

import pytest

from churn_pipeline.shop.config import ALL_MODEL_KINDS
from churn_pipeline.training.models.churn_model import ChurnModel
from churn_pipeline_tests.builders.small_shop import Shop, fitted_blend, fitted_model, small_shop


@pytest.fixture
def shop() -> Shop:
    return small_shop()


@pytest.fixture(params=[*ALL_MODEL_KINDS, "blend"])
def model(request: pytest.FixtureRequest) -> ChurnModel:
    return fitted_blend() if request.param == "blend" else fitted_model(request.param)
