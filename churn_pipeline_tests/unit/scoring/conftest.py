"""The small shop of the explain tests, scored."""

import pandas as pd
import pytest

from churn_pipeline.explain.contributions import explain
from churn_pipeline.purchase_model.customer_value import estimate_customer_value
from churn_pipeline.scoring.scores import score_customers
from churn_pipeline.shops import ShopConfig
from churn_pipeline.storage import TableVersion, write_table
from churn_pipeline.training.churn_model import ChurnModel
from churn_pipeline_tests.unit.explain.conftest import END, HORIZON, Shop, fitted_model, small_shop

CONFIG = ShopConfig(name="small", horizon=HORIZON, currency="EUR")


@pytest.fixture(scope="session")
def model() -> ChurnModel:
    return fitted_model("lightgbm")


@pytest.fixture(scope="session")
def shop() -> Shop:
    return small_shop()


@pytest.fixture(scope="session")
def value(shop: Shop) -> pd.DataFrame:
    return estimate_customer_value(shop.folder, CONFIG, END.to_pydatetime(), HORIZON)[0]


@pytest.fixture(scope="session")
def scores(shop: Shop, model: ChurnModel, value: pd.DataFrame) -> pd.DataFrame:
    explanation = explain(model, shop.now, shop.now)
    found = score_customers(shop.folder, CONFIG, model, explanation, shop.now, value, END.to_pydatetime(), HORIZON)
    snapshots = shop.snapshots.assign(split="train", fold=0)
    for name, table in {"customer_features": shop.now, "training_snapshots": snapshots}.items():
        write_table(shop.folder, name, table, TableVersion("run", "data"))
    write_table(shop.folder, "customer_scores", found, TableVersion("run", "data"))
    return found
