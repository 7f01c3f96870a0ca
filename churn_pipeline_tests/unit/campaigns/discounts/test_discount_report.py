"""What discounts did, in shops where it is known."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.campaigns.discounts.bought_anyway import anyway_by_lot, anyway_by_model
from churn_pipeline.campaigns.discounts.discount_habits import discount_use
from churn_pipeline.campaigns.discounts.discount_report import discount_document, tried_depths
from churn_pipeline.campaigns.discounts.offered_orders import offered_orders, with_depths
from churn_pipeline.campaigns.discounts.pull_forward import orders_after, pull_forward
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import conform
from churn_pipeline.core.tables import CAMPAIGN_RESULTS, DISCOUNT_USE
from churn_pipeline_tests.builders.ledgers import simulated_ledger

START, END = datetime(2024, 1, 1), datetime(2024, 12, 31)


def orders_of(
    customers: int, pulled: float, seed: int, share: float = 0.3, gap: float = 12.0
) -> pd.DataFrame:
    """Orders of a Poisson rhythm; after an order on offer the next is left out with the chance `pulled`."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(customers):
        day, skip = rng.exponential(gap), False
        own = share * rng.uniform(0.5, 1.5)
        while day < 365:
            if not skip:
                on_offer = rng.random() < own
                rows.append((f"c{number:04d}", START + timedelta(days=day), 90.0 if on_offer else 100.0,
                             10.0 if on_offer else 0.0))  # fmt: skip
                skip = on_offer and rng.random() < pulled
            else:
                skip = False
            day += rng.exponential(gap)
    return pd.DataFrame(rows, columns=["customer_id", "ordered_at", "paid", "discount"])


def test_orders_after_are_counted_by_hand():
    days = [0, 3, 7, 30]
    orders = pd.DataFrame(
        {"customer_id": ["a"] * 4 + ["b"], "ordered_at": [START + timedelta(days=d) for d in [*days, 1]]}
    )
    assert orders_after(orders, 7).tolist() == [2, 1, 0, 0, 0]


def test_pulled_forward_orders_are_found_and_an_innocent_shop_is_not_blamed():
    found = pull_forward(with_depths(orders_of(300, 0.6, 1)).orders, 20, END, 42)
    assert found is not None and found.p_value < 0.01
    assert found.difference < found.placebo_low < 0.05
    # the next order is left out in 6 of 10 cases, and it would have come within 20 days in 8 of 10
    assert -0.65 < found.difference < -0.3
    blamed = 0
    for seed in range(20):
        nothing = pull_forward(with_depths(orders_of(60, 0.0, seed)).orders, 20, END, seed)
        assert nothing is not None
        blamed += nothing.p_value < 0.05
    assert blamed <= 3


def test_few_offers_say_nothing():
    assert pull_forward(with_depths(orders_of(5, 0.0, 1)).orders, 20, END, 42) is None


def test_who_buys_only_on_offer_is_not_who_was_lucky():
    shop = orders_of(300, 0.0, 2, share=0.3)
    times = [START + timedelta(days=10 * k) for k in range(8)]
    hunter = pd.DataFrame({"customer_id": "hunter", "ordered_at": times, "paid": 80.0, "discount": 20.0})
    found = with_depths(pd.concat([shop, hunter], ignore_index=True))
    use = discount_use(found)
    conform(DISCOUNT_USE.name, use)
    row = use.set_index("customer_id").loc["hunter"]
    assert row["only_on_offer"] and row["usual_depth"] == pytest.approx(0.2)
    assert use["only_on_offer"].sum() <= 3
    assert use["orders"].sum() == len(found.orders)


def test_deeper_than_needed_is_what_a_former_discount_would_not_have_cost():
    times = [START + timedelta(days=k) for k in range(4)]
    orders = pd.DataFrame(
        {
            "customer_id": "a",
            "ordered_at": times,
            "paid": [90.0, 100.0, 70.0, 95.0],
            "discount": [10.0, 0, 30, 5],
        }
    )
    row = discount_use(with_depths(orders)).iloc[0]
    assert row["deeper_than_needed"] == pytest.approx(20.0)  # 30 % where 10 % had done
    assert (row["orders_on_offer"], row["smallest_depth"]) == (3, pytest.approx(0.05))


def test_where_everything_is_discounted_only_the_deeper_half_is_on_offer():
    depth = np.linspace(0.03, 0.3, 200)
    orders = pd.DataFrame(
        {"customer_id": "a", "ordered_at": START, "paid": 100 * (1 - depth), "discount": 100 * depth}
    )
    found = with_depths(orders)
    assert found.threshold == pytest.approx(np.median(depth)) and 0.45 < found.share_on_offer < 0.55


def test_what_went_to_those_who_would_have_bought_anyway_by_the_model():
    predictions = pd.DataFrame(
        {"customer_id": ["a", "b", "c"], "cutoff": pd.Timestamp(START), "p_champion": [0.1, 0.8, 0.5]}
    )
    orders = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c"],
            "ordered_at": [START, START + timedelta(days=3), START + timedelta(days=60)],
            "discount": [30.0, 10.0, 99.0],
            "on_offer": True,
        }
    )
    found = anyway_by_model(predictions, orders, 45, 1)
    assert found is not None and found.share == pytest.approx((30 * 0.9 + 10 * 0.2) / 40)
    assert found.discount == 40 and not found.by_lot and found.low <= found.share <= found.high
    repeated = pd.concat([predictions, predictions[:1]], ignore_index=True)  # a control of a campaign
    assert anyway_by_model(repeated, orders, 45, 1) == found


def outcome(arm: str, name: str, **figures: object) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(CAMPAIGN_RESULTS.schema.names)
    row |= {"campaign_id": "spring", "arm": arm, "outcome": name, "verdict": "better", "complete": True}
    return row | {"measured_at": END, "n_treated": 100, "n_control": 50} | figures


def test_a_control_group_takes_the_models_place(tmp_path):
    store = ShopStore(tmp_path / "s")
    (tmp_path / "s").mkdir()
    assert anyway_by_lot(store) is None and tried_depths(store) == []
    row = outcome("all", "retention", treated=0.5, control=0.4, estimate=0.1, low=0.02, high=0.18)
    store.write("campaign_results", pd.DataFrame([row]), "r")
    found = anyway_by_lot(store)
    assert found is not None and found.by_lot
    assert (found.share, found.low, found.high) == pytest.approx((0.8, 0.64, 0.96))
    own = outcome("discount_20", "retention", treated=0.5, control=0.3, estimate=0.2, low=0.1, high=0.3)
    both = [row | {"n_treated": 60}, own | {"n_treated": 60}, own | {"campaign_id": "autumn"}]
    store.write("campaign_results", pd.DataFrame(both), "r")  # autumn had one offer
    found = anyway_by_lot(store)
    assert found is not None and found.customers == 160
    assert found.share == pytest.approx(1 - (60 * 0.1 + 100 * 0.2) / 160 / 0.5)


def test_a_shop_without_discounts_is_told_nothing(tmp_path):
    store = ShopStore(tmp_path / "s")
    (tmp_path / "s").mkdir()
    ledger = simulated_ledger(customers=20, days=100, seed=1)
    store.write("transactions", ledger.assign(discount=None), "r")
    assert offered_orders(store, END + timedelta(days=400)) is None
    store.write("transactions", ledger.assign(discount=1.0, amount=9.0), "r")
    found = offered_orders(store, END + timedelta(days=400))
    assert found is not None and found.orders["depth"].between(0, 1).all()


def test_the_document_says_it_in_words():
    found = with_depths(orders_of(300, 0.6, 1))
    later = pull_forward(found.orders, 20, END, 42)
    document = discount_document(found, discount_use(found), None, later, [], "EUR")
    assert sum(band.orders for band in document.depths) == found.orders["on_offer"].sum()
    assert document.discount == pytest.approx(found.orders["discount"].sum())
    assert any("pull orders forward" in sentence for sentence in document.sentences)
    assert document.sentences[0].startswith(f"{100 * found.share_on_offer:.0f} % of all orders were on offer")
