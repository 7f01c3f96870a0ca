"""Scores of every customer, recomputed from the ledger the obvious way."""

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.errors import ChurnError
from churn_pipeline.explain.contributions import explain
from churn_pipeline.scoring.scores import score_customers
from churn_pipeline.scoring.tiers import risk_tier, risk_tiers
from churn_pipeline.shops import Tiers
from churn_pipeline.storage import conform, read_table
from churn_pipeline.training.churn_model import ChurnModel, churn_probability
from churn_pipeline_tests.unit.explain.conftest import END, HORIZON, Shop
from churn_pipeline_tests.unit.scoring.conftest import CONFIG


def test_everyone_with_an_order_has_the_status_of_the_definition(scores: pd.DataFrame, shop: Shop) -> None:
    conform("customer_scores", scores)
    ledger = read_table(shop.folder, "transactions")
    ledger = ledger[ledger.ts < END]
    orders = ledger[(ledger.amount > 0) & (ledger.quantity > 0) & ~ledger.is_return].groupby(["customer_id", "order_id"]).ts.min()
    last = orders.groupby("customer_id").agg(["max", "size"])
    expected = np.where(last["max"] < END - pd.Timedelta(days=HORIZON), "lapsed", np.where(last["size"] < 2, "new", "eligible"))
    found = scores.set_index("customer_id")
    assert list(found.index) == list(last.index)
    assert (found["status"].to_numpy() == expected).all()
    assert (found["orders"] == last["size"]).all()
    np.testing.assert_allclose(found["total_spend"], ledger.groupby("customer_id").amount.sum())
    np.testing.assert_allclose(found["days_since_last_order"], (END - last["max"]) / pd.Timedelta(days=1))


def test_only_the_eligible_have_probability_tier_and_reasons(
    scores: pd.DataFrame, shop: Shop, model: ChurnModel, value: pd.DataFrame
) -> None:
    eligible = scores[scores.status == "eligible"]
    assert scores[scores.status != "eligible"][["churn_probability", "risk_tier", "money_at_risk", "top_risk_factors"]].isna().all().all()
    np.testing.assert_array_equal(eligible["churn_probability"], churn_probability(model, shop.now))
    p = eligible["churn_probability"]
    assert (eligible["risk_tier"] == np.where(p > 0.7, "high", np.where(p > 0.4, "medium", "low"))).all()
    own = value.set_index("customer_id").loc[eligible["customer_id"]]
    expected = p.to_numpy() * (own["value_if_retained"] - own["value_if_churned"]).to_numpy()
    np.testing.assert_allclose(eligible["money_at_risk"], expected)
    assert eligible["top_risk_factors"].map(len).ge(1).all()
    assert {"factor", "feature", "value", "impact", "reason"} == set(eligible["top_risk_factors"].iloc[0][0])


def test_features_of_other_customers_are_refused(shop: Shop, model: ChurnModel, value: pd.DataFrame) -> None:
    some = shop.now.iloc[1:]
    with pytest.raises(ChurnError, match="belong together"):
        score_customers(shop.folder, CONFIG, model, explain(model, some, some), some, value, END.to_pydatetime(), HORIZON)


def test_a_probability_on_a_limit_belongs_to_the_lower_tier() -> None:
    probabilities = pd.Series([0.70, 0.7001, 0.4, 0.41, np.nan])
    assert risk_tiers(probabilities, Tiers()).to_list() == ["medium", "high", "low", "medium", None]
    assert [risk_tier(p, Tiers()) for p in probabilities[:4]] == ["medium", "high", "low", "medium"]
