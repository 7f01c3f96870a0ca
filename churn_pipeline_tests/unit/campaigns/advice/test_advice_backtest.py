"""The backtest of the advice: lists, what they met, and what is said of it."""

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.campaigns.advice.advice_backtest import advice_in_words, advice_of_origins
from churn_pipeline.campaigns.advice.list_outcomes import SHARES, list_totals, outcome_rows
from churn_pipeline.campaigns.advice.past_customers import PastCustomers
from churn_pipeline.campaigns.advice.ways_to_list import WAYS, orders_of_contact
from churn_pipeline.core.documents.advice import AdviceBacktest
from churn_pipeline.core.documents.json_values import json_safe
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import TableVersion, conform, write_table
from churn_pipeline.core.tables import ADVICE_BACKTEST, TRANSACTIONS
from churn_pipeline.insights.money.campaign import Campaign
from churn_pipeline.purchase_model.contact_profit import contact_profit
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.training.backtest.past_cutoffs import past_origins
from churn_pipeline_tests.builders.ledgers import simulated_ledger
from churn_pipeline_tests.builders.shop_runs import shop_run

CAMPAIGN = Campaign(success_rate=0.4, redemption_rate=0.5, discount_percent=10, contact_cost=1.0)


def past(seed: int, customers: int = 400) -> PastCustomers:
    """Customers whose churn probability is true and says nothing of their worth."""
    rng = np.random.default_rng(seed)
    p, worth = rng.beta(1, 2, customers), rng.lognormal(3, 1, customers)
    churned = (rng.random(customers) < p).astype(float)
    order, cost = np.full(customers, 20.0), np.full(customers, CAMPAIGN.contact_cost)
    rows = pd.DataFrame(
        {
            "customer_id": [f"c{k}" for k in range(customers)],
            "churned": churned,
            "churn_probability": p,
            "p_bg_nbd": np.clip(p + rng.normal(0, 0.2, customers), 0, 1),
            "days_since_last_order": rng.integers(1, 90, customers),
            "orders": rng.integers(2, 20, customers),
            "total_spend": rng.lognormal(4, 1, customers),
            "save_worth": worth,
        }
    )
    expected, earned = (contact_profit(chance, worth, 0.1 * order, cost, 0.4, 0.5) for chance in (p, churned))
    return PastCustomers(pd.Timestamp("2024-01-01"), rows, CAMPAIGN, expected, earned, earned)


@pytest.fixture(scope="module")
def rows():
    return outcome_rows(list_totals([past(1), past(2), past(3), past(4)]), 42)


def at(rows: pd.DataFrame, way: str, share: float | None) -> pd.Series:
    found = rows[(rows["list"] == way) & (rows["share"].isna() if share is None else rows["share"] == share)]
    assert len(found) == 1
    return found.iloc[0]


def test_what_a_list_met_is_counted_by_hand():
    """Two customers at one cutoff: one leaves."""
    one = past(1, 2)
    one.customers["churned"] = [1.0, 0.0]
    earned = contact_profit(
        np.array([1.0, 0.0]), one.customers["save_worth"].to_numpy(), np.full(2, 2.0), np.ones(2), 0.4, 0.5
    )
    found = outcome_rows(list_totals([PastCustomers(one.cutoff, one.customers, CAMPAIGN, one.expected,
                                                    earned, earned)]), 1)  # fmt: skip
    every = at(found, "everyone", None)
    worth = one.customers["save_worth"][0]
    assert (every["customers"], every["churners"], every["churners_share"]) == (2, 1, 1.0)
    assert every["money_at_risk"] == pytest.approx(worth)
    # the one who leaves: .4 (worth - 2) - 1; the one who stays: -.5 x 2 - 1
    assert every["profit"] == pytest.approx(0.4 * (worth - 2) - 1 - 2)
    assert at(found, "nobody", None)["profit"] == 0


def test_true_probabilities_and_worths_beat_risk_alone_and_nobody_beats_foresight(rows):
    for share in SHARES:
        assert at(rows, "risk", share)["advised_earns_more"] > 0
        assert at(rows, "perfect_foresight", share)["advised_earns_more"] < 0
    for way in ("risk", "recency", "rfm", "spend", "nobody"):
        assert at(rows, way, None)["advised_earns_more_low"] > 0, way
    assert at(rows, "risk", 0.2)["churners_share"] > at(rows, "expected_profit", 0.2)["churners_share"]


def test_lists_of_one_length_hold_as_many(rows):
    for share in SHARES:
        lengths = {at(rows, way, share)["customers"] for way in WAYS if way not in ("everyone", "nobody")}
        assert lengths == {4 * round(share * 400)}
    conformed = conform(ADVICE_BACKTEST.name, rows)
    assert conformed.num_rows == len(rows)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """What the list by expected profit earns on average, over many shops of the same kind."""
    truth = np.mean([at(outcome_rows(list_totals([past(seed)]), 1, 2), "expected_profit", 0.3)["profit"]
                     for seed in range(1000, 1200)])  # fmt: skip
    held = 0
    for seed in range(60):
        row = at(outcome_rows(list_totals([past(seed)]), seed, 300), "expected_profit", 0.3)
        held += row["profit_low"] <= truth <= row["profit_high"]
    assert 50 <= held <= 60


def test_rfm_calls_those_who_were_worth_much_and_fade_first():
    customers = past(1).customers
    order = orders_of_contact(customers, np.zeros(len(customers)), None)["rfm"]
    first, last = customers.iloc[order[:40]], customers.iloc[order[-40:]]
    assert first["days_since_last_order"].mean() > 2 * last["days_since_last_order"].mean()
    assert "perfect_foresight" not in orders_of_contact(customers, np.zeros(len(customers)), None)


@pytest.mark.slow
def test_the_training_is_repeated_and_its_lists_are_judged(tmp_path):
    settings = Settings(home=tmp_path)
    config = ShopConfig(name="advised", models=("logistic_regression",), currency="EUR")
    folder = settings.shops_dir / config.name
    folder.mkdir(parents=True)
    ledger = simulated_ledger(customers=150, days=330, seed=5)
    write_table(folder, "transactions", conform(TRANSACTIONS.name, ledger), TableVersion("r", "v"))
    run = shop_run(folder, config, 30, settings)
    origins = list(past_origins(run, 4))
    table, document = advice_of_origins(run, origins)
    conform(ADVICE_BACKTEST.name, table)
    AdviceBacktest.model_validate(json_safe(document))
    assert [c["customers"] for c in document["cutoffs"]] == [len(o.test) for o in origins]
    everyone = at(table, "everyone", None)
    assert everyone["customers"] == sum(len(o.test) for o in origins)
    assert everyone["churners"] == sum(o.test["churned"].sum() for o in origins)
    by_length = document["compared_at"] is not None
    advised = at(table, "expected_profit", None)["customers"]
    assert by_length == (advised > everyone["customers"] / 2)
    for way, verdict in document["verdicts"].items():
        row = at(table, way, document["compared_at"] if way not in ("everyone", "nobody") else None)
        said = {1: "advised_is_better", -1: "advised_is_worse", 0: "no_difference_seen"}
        sure = int(row["advised_earns_more_low"] > 0) - int(row["advised_earns_more_high"] < 0)
        assert verdict["verdict"] == said[sure], way
    words = advice_in_words(document)
    assert "perfect_foresight" in words and "Nobody was contacted at these cutoffs" in words
