"""The next training after a campaign: what it learns of those who were contacted, beside one that knows of no
campaign and one of a shop that ran none."""

import pandas as pd
import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.tables import feature_columns
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.data.embargo import build_customer_features, build_training_tables
from churn_pipeline.training.evaluation.metrics import sigmoid
from churn_pipeline.training.lifecycle.refit import refitted_member
from churn_pipeline.training.models.model_kinds import pipeline_log_odds
from churn_pipeline.training.returns.return_rows import build_return_rows
from churn_pipeline.training.search.candidates import BlendMember
from churn_pipeline_tests.builders.treated_shops import STARTS_AT, TreatedShop, treated_shop

LOGISTIC = {"C": 0.05, "knots": 4, "penalty": "l2", "imbalance": "none"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> TreatedShop:
    return treated_shop(tmp_path_factory.mktemp("shops"))


def learned(run: ShopRun, customers: pd.DataFrame) -> float:
    """Mean p of customers by a regression fitted, as the champion is, on every mature row."""
    tables = build_training_tables(run)
    rows = pd.concat([tables.training, tables.embargoed], ignore_index=True)
    features = [name for name in feature_columns(list(rows.columns)) if name in customers]
    member = BlendMember("logistic_regression", LOGISTIC, features, (1.0, 0.0), (1.0, 0.0))
    pipeline, _ = refitted_member(member, rows, Settings(home=run.settings.home, threads=1))
    return float(sigmoid(pipeline_log_odds(pipeline, customers[features].astype(float))).mean())


def test_the_next_model_knows_the_risk_of_those_who_were_contacted(shop: TreatedShop) -> None:
    customers = build_customer_features(shop.untreated)
    kind = customers[customers["days_since_last_purchase"] > 10]
    truth, aware, naive = (learned(run, kind) for run in (shop.untreated, shop.treated, shop.naive))
    assert abs(aware - truth) <= 0.02
    assert truth - naive > 0.02


def test_the_contacted_are_in_no_table_and_it_is_said(shop: TreatedShop) -> None:
    tables = build_training_tables(shop.treated)
    contacted = shop.members.loc[shop.members["arm"] != "control", "customer_id"]
    for table in (tables.training, tables.embargoed):
        touched = table[table["cutoff"] + pd.Timedelta(days=30) > STARTS_AT]
        assert not set(touched["customer_id"]) & set(contacted)
    assert set(tables.training["customer_id"]) & set(contacted)  # as they were before it
    assert tables.facts["campaigns"]["control_rows"] > 0
    assert "campaigns" not in build_training_tables(shop.naive).facts
    folds = pd.concat([tables.training, tables.embargoed]).groupby("customer_id")["fold"].nunique()
    assert folds.max() == 1


def test_return_rows_leave_the_contacted_out_too(shop: TreatedShop) -> None:
    naive, aware = (build_return_rows(run).snapshots for run in (shop.naive, shop.treated))
    contacted = shop.members.loc[shop.members["arm"] != "control", "customer_id"]
    late = aware[aware["cutoff"] + pd.Timedelta(days=30) > STARTS_AT]
    assert not set(late["customer_id"]) & set(contacted)
    assert set(naive.loc[naive["cutoff"] >= STARTS_AT, "customer_id"]) & set(contacted)
