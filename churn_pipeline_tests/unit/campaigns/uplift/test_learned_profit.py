"""Learned effects in place of churn probability x success rate."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.campaigns.uplift.learned_profit import (
    LearnedEffects,
    kept_uplift,
    learned_effects_in_use,
    with_learned_effects,
)
from churn_pipeline.core.documents.uplift import Uplift
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.insights.money.campaign import Campaign, Terms, expected_profit

CAMPAIGN = Campaign(success_rate=0.4, redemption_rate=0.5, contact_cost=1.0)
IDS = pd.Series(["same", "dog", "unknown"])
TERMS = Terms(
    churn_probability=np.full(3, 0.5),
    worth=np.full(3, 100.0),
    worth_half=np.zeros(3),
    worth_sd=np.zeros(3),
    discount=np.full(3, 10.0),
    certain_cost=np.full(3, 1.0),
)


def test_an_effect_of_p_times_success_changes_nothing_and_a_harm_costs_the_customer():
    learned = LearnedEffects(pd.Series({"same": 0.2, "dog": -0.1}), kept_share=0.4)
    usual = expected_profit(TERMS, CAMPAIGN)
    found = with_learned_effects(usual, IDS, TERMS, CAMPAIGN, learned)
    # .2 x (100 - 10) - (1 - .5) x .5 x 10 - 1
    assert found[0] == pytest.approx(14.5) and found[0] == pytest.approx(usual[0])
    assert found[1] == pytest.approx(-0.1 * 90 - 2.5 - 1)
    assert found[2] == usual[2]
    assert with_learned_effects(usual, IDS, TERMS, CAMPAIGN, None) is usual


def test_an_offer_that_keeps_half_as_many_changes_half_as_much():
    learned = LearnedEffects(pd.Series({"same": 0.2, "dog": 0.2}), kept_share=0.4)
    weaker = replace(CAMPAIGN, success_rate=0.2)
    found = with_learned_effects(expected_profit(TERMS, weaker), IDS, TERMS, weaker, learned)
    assert found[0] == pytest.approx(0.1 * 90 - 2.5 - 1)


def document(**given: object) -> Uplift:
    empty = dict.fromkeys(
        ("learner", "learner_qini", "risk_qini", "ahead", "retention", "profit_ahead", "kept_share")
    )
    facts = {"available": True, "campaigns": 1, "contacted": 500, "left_alone": 400, "used": True}
    return Uplift.model_validate(empty | facts | {"curve": [], "groups": [], "sentences": []} | given)


@pytest.mark.parametrize(
    ("given", "in_use"),
    [({"kept_share": 0.3}, True), ({"kept_share": 0.3, "used": False}, False), ({"kept_share": -0.1}, False)],
)
def test_only_a_learner_that_was_ahead_is_in_use(tmp_path: Path, given: dict[str, object], in_use: bool):
    store = ShopStore(tmp_path)
    assert learned_effects_in_use(store) is None and kept_uplift(store) is None
    row = {"customer_id": "a", "as_of": pd.Timestamp("2024-01-01"), "effect": 0.1, "effect_low": 0.0}
    row |= {"effect_high": 0.2, "order_if_left_alone": 0.5, "profit_effect": 1.0}
    table = pd.DataFrame([row | {"group": "persuadable", "agreement": 0.9}])
    store.write("customer_uplift", table, "run")
    store.write_document("uplift", document(**given).model_dump())
    found = learned_effects_in_use(store)
    assert (found is not None) is in_use
    if found is not None:
        assert found.effect.to_dict() == {"a": 0.1} and found.kept_share == 0.3
