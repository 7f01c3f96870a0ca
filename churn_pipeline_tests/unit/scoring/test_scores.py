"""Scores of every customer, recomputed from the ledger the obvious way."""

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.store import conform, read_table
from churn_pipeline.explain.contributions import explain
from churn_pipeline.scoring.scores import score_customers
from churn_pipeline.scoring.tiers import risk_tier, risk_tiers
from churn_pipeline.shop.config import Tiers
from churn_pipeline.training.models.churn_model import ChurnModel, churn_probability
from churn_pipeline_tests.builders.shop_runs import shop_run
from churn_pipeline_tests.builders.small_shop import CONFIG, END, HORIZON, Shop


def test_everyone_with_an_order_has_the_status_of_the_definition(scores: pd.DataFrame, shop: Shop) -> None:
    conform("customer_scores", scores)
    ledger = read_table(shop.folder, "transactions")
    ledger = ledger[ledger.ts < END]
    orders = (
        ledger[(ledger.amount > 0) & (ledger.quantity > 0) & ~ledger.is_return]
        .groupby(["customer_id", "order_id"])
        .ts.min()
    )
    last = orders.groupby("customer_id").agg(["max", "size"])
    expected = np.where(
        last["max"] < END - pd.Timedelta(days=HORIZON),
        "lapsed",
        np.where(last["size"] < 2, "new", "eligible"),
    )
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
    assert (
        scores[scores.status != "eligible"][
            ["churn_probability", "risk_tier", "money_at_risk", "top_risk_factors"]
        ]
        .isna()
        .all()
        .all()
    )
    np.testing.assert_array_equal(eligible["churn_probability"], churn_probability(model, shop.now))
    p = eligible["churn_probability"]
    assert (eligible["risk_tier"] == np.where(p > 0.7, "high", np.where(p > 0.4, "medium", "low"))).all()
    own = value.set_index("customer_id").loc[eligible["customer_id"]]
    expected = p.to_numpy() * own["save_worth"].to_numpy()
    np.testing.assert_allclose(eligible["money_at_risk"], expected)
    assert eligible["top_risk_factors"].map(len).ge(1).all()
    assert {"factor", "feature", "value", "impact", "reason"} == set(eligible["top_risk_factors"].iloc[0][0])


def test_everybody_has_a_return_probability_and_the_value_that_goes_with_it(
    scores: pd.DataFrame, value: pd.DataFrame
) -> None:
    eligible = scores["status"] == "eligible"
    np.testing.assert_allclose(
        scores.loc[eligible, "return_probability"], 1 - scores.loc[eligible, "churn_probability"], rtol=1e-12
    )
    assert (scores.loc[~eligible, "return_probability"] == 0.125).all()
    p, own = scores["return_probability"], value.set_index("customer_id").loc[scores["customer_id"]]
    expected = p.to_numpy() * own["value_if_retained"] + (1 - p.to_numpy()) * own["value_if_churned"]
    np.testing.assert_allclose(scores["clv"], expected)


def test_a_customer_without_a_return_probability_is_refused(
    shop: Shop, model: ChurnModel, value: pd.DataFrame, outlook: pd.DataFrame
) -> None:
    run, explanation = shop_run(shop.folder, CONFIG, HORIZON), explain(model, shop.now, shop.now)
    with pytest.raises(ChurnError, match="no return probability"):
        score_customers(run, model, explanation, shop.now, value, outlook.iloc[1:])


def test_features_of_other_customers_are_refused(
    shop: Shop, model: ChurnModel, value: pd.DataFrame, outlook: pd.DataFrame
) -> None:
    some = shop.now.iloc[1:]
    with pytest.raises(ChurnError, match="belong together"):
        score_customers(
            shop_run(shop.folder, CONFIG, HORIZON), model, explain(model, some, some), some, value, outlook
        )


def test_a_probability_on_a_limit_belongs_to_the_lower_tier() -> None:
    probabilities = pd.Series([0.70, 0.7001, 0.4, 0.41, np.nan])
    assert risk_tiers(probabilities, Tiers()).to_list() == ["medium", "high", "low", "medium", None]
    assert [risk_tier(p, Tiers()) for p in probabilities[:4]] == ["medium", "high", "low", "medium"]
