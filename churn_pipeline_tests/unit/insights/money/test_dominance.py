"""One customer with most of the money is told, with what is left without."""

import pytest

from churn_pipeline.core.wording import money
from churn_pipeline.insights.money.dominance import dominant_customer
from churn_pipeline_tests.builders.insight_frames import shop_tables


def test_a_customer_with_most_of_the_money_is_told() -> None:
    scores = shop_tables(150).scores
    assert dominant_customer(scores, "€") is None
    one = scores.index[scores["risk_tier"] == "high"][0]
    scores.loc[one, "total_spend"] = 19 * scores["total_spend"].drop(one).sum()
    told = dominant_customer(scores, "€")
    assert told is not None and told["customer_id"] == scores.loc[one, "customer_id"]
    assert told["share_of_total_spend"] == pytest.approx(0.95)
    others = scores.drop(one)
    assert told["money_at_risk_without"] == pytest.approx(others["money_at_risk"].sum())
    assert told["revenue_at_risk_without"] == pytest.approx(
        others.loc[others["risk_tier"] == "high", "clv"].sum()
    )
    assert (
        "95 % of the money" in told["sentence"]
        and money(told["money_at_risk_without"], "€") in told["sentence"]
    )


def test_shops_without_money_or_with_one_customer() -> None:
    scores = shop_tables(150).scores
    assert dominant_customer(scores.head(1), "") is None
    assert dominant_customer(scores.assign(total_spend=0.0), "") is None
