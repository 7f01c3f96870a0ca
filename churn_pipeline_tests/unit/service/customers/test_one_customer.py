"""One customer in full."""

import pytest

from churn_pipeline.core.errors import NotFound
from churn_pipeline.service.callers import LOCAL
from churn_pipeline.service.customers.one_customer import customer
from churn_pipeline_tests.builders.scored_home import SCORED


def test_a_customer_has_the_score_the_value_and_the_orders(scored):
    settings, shop = scored
    score = shop.scores[shop.scores.status == "eligible"].iloc[0]
    found = customer(settings, LOCAL, SCORED, score.customer_id)
    assert found["churn_probability"] == pytest.approx(score.churn_probability)
    assert found["currency"] == "EUR"
    assert found["p_alive"] > 0
    assert len(found["history"]) == score.orders
    assert found["history"][0]["ordered_at"] == score.last_order_at.isoformat()
    assert found["recommended_action"] is None


def test_orders_may_be_fewer(scored):
    settings, shop = scored
    most = shop.scores.sort_values("orders").iloc[-1]
    assert len(customer(settings, LOCAL, SCORED, most.customer_id, orders=2)["history"]) == 2


@pytest.mark.parametrize("name", ["nobody", "' OR ''='", "", "../../etc/passwd"])
def test_an_unknown_customer(scored, name):
    with pytest.raises(NotFound, match="no customer"):
        customer(scored[0], LOCAL, SCORED, name)
