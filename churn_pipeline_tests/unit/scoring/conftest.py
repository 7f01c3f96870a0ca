"""The small shop of the explain tests, scored."""

import pandas as pd
import pytest

from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import TableVersion, write_table
from churn_pipeline.explain.contributions import explain
from churn_pipeline.purchase_model.customer_value import estimate_customer_value
from churn_pipeline.scoring.scores import score_customers
from churn_pipeline.training.models.churn_model import ChurnModel, churn_probability
from churn_pipeline_tests.builders.shop_runs import shop_run
from churn_pipeline_tests.builders.small_shop import CONFIG, END, HORIZON, Shop, fitted_model, small_shop


@pytest.fixture(scope="session")
def model() -> ChurnModel:
    return fitted_model("lightgbm")


@pytest.fixture(scope="session")
def shop() -> Shop:
    return small_shop()


@pytest.fixture(scope="session")
def value(shop: Shop) -> pd.DataFrame:
    return estimate_customer_value(ShopStore(shop.folder), CONFIG, END.to_pydatetime(), HORIZON)[0]


@pytest.fixture(scope="session")
def outlook(shop: Shop, model: ChurnModel, value: pd.DataFrame) -> pd.DataFrame:
    """Chances of an order as the model has them, and a made-up one for the lapsed and the new; no dates."""
    churn = pd.Series(churn_probability(model, shop.now), index=shop.now["customer_id"].to_numpy())
    chance = (1 - churn).reindex(value["customer_id"]).fillna(0.125)
    dates = ("expected_next_order_at", "expected_next_order_low", "expected_next_order_high")
    return chance.rename("return_probability").reset_index().assign(**dict.fromkeys(dates, pd.NaT))


@pytest.fixture(scope="session")
def scores(shop: Shop, model: ChurnModel, value: pd.DataFrame, outlook: pd.DataFrame) -> pd.DataFrame:
    explanation = explain(model, shop.now, shop.now)
    found = score_customers(
        shop_run(shop.folder, CONFIG, HORIZON), model, explanation, shop.now, value, outlook
    )
    snapshots = shop.snapshots.assign(split="train", fold=0)
    for name, table in {"customer_features": shop.now, "training_snapshots": snapshots}.items():
        write_table(shop.folder, name, table, TableVersion("run", "data"))
    write_table(shop.folder, "customer_scores", found, TableVersion("run", "data"))
    return found
