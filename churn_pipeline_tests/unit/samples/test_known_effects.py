"""A shop whose effects are known: they are what the simulated campaigns show."""

from datetime import date, timedelta

import numpy as np
import pytest

from churn_pipeline.samples.behaviour import Behaviour
from churn_pipeline.samples.known_effects import (
    GROUPS,
    PERSUADABLE,
    SLEEPING_DOG,
    Contact,
    Effects,
    KnownShop,
    known_shop,
)
from churn_pipeline_tests.builders.effect_shops import BEHAVIOUR

DAYS = 45


@pytest.fixture(scope="module")
def shop() -> KnownShop:
    return known_shop(BEHAVIOUR, seed=3)


def bought(shop: KnownShop, customers: np.ndarray, contacts: list[Contact]) -> np.ndarray:
    rows = shop.rows(shop.data_end, shop.data_end + timedelta(days=DAYS), contacts)
    return np.isin(customers, rows["customer_id"].unique())


def test_the_response_is_concave_and_begins_where_the_contact_alone_ends():
    response = Effects(top=0.8, contact_alone=0.25).response(np.arange(0, 41, 10))
    steps = np.diff(response)
    assert response[0] == pytest.approx(0.2) and (steps > 0).all() and (np.diff(steps) < 0).all()
    assert response[-1] < 0.8


def test_the_true_effect_is_what_many_campaigns_show_on_average(shop):
    customers = shop.people["customer_id"].to_numpy(object)
    truth = shop.retention_effect(list(customers), 20.0, shop.data_end, DAYS)
    alone = bought(shop, customers, [])
    shown = []
    for seed in range(1, 9):
        contact = Contact(customers, np.full(len(customers), 20.0), shop.data_end, DAYS, seed)
        shown.append(bought(shop, customers, [contact]) * 1.0 - alone)
    group = shop.people["group"].to_numpy()
    for name in GROUPS:
        own = group == name
        error = 4 * np.sqrt(0.25 / (own.sum() * len(shown)))
        assert abs(np.mean(shown, axis=0)[own].mean() - truth[own].mean()) < error, name
    assert truth[group == PERSUADABLE].mean() > 0.05 > 0 > truth[group == SLEEPING_DOG].mean()
    assert (truth[~np.isin(group, (PERSUADABLE, SLEEPING_DOG))] == 0).all()


def test_nobody_else_does_anything_else(shop):
    """No spill-over: who is not contacted orders as if there were no campaign."""
    customers = shop.people["customer_id"].to_numpy(object)
    half = customers[::2]
    contact = Contact(half, np.full(len(half), 30.0), shop.data_end, DAYS, 1)
    until = shop.data_end + timedelta(days=200)
    without, with_it = (shop.rows(shop.data_end, until, contacts) for contacts in ([], [contact]))
    others = lambda rows: rows[~rows["customer_id"].isin(half)].reset_index(drop=True)  # noqa: E731
    assert others(without).equals(others(with_it))
    assert not without.equals(with_it)


def test_the_past_stays_as_it_was(shop):
    start = shop.data_end - timedelta(days=400)
    customers = shop.people["customer_id"].to_numpy(object)
    contact = Contact(customers, np.full(len(customers), 30.0), shop.data_end, DAYS, 1)
    assert shop.rows(start, shop.data_end).equals(shop.rows(start, shop.data_end, [contact]))
    assert shop.rows(start, shop.data_end)["order_id"].is_unique


def test_a_second_campaign_finds_those_whom_the_first_has_won(shop):
    customers = shop.people["customer_id"].to_numpy(object)
    first = Contact(customers, np.full(len(customers), 40.0), shop.data_end, DAYS, 1)
    later = shop.data_end + timedelta(days=DAYS)
    before = shop.retention_effect(list(customers), 20.0, later, DAYS)
    after = shop.retention_effect(list(customers), 20.0, later, DAYS, [first])
    persuadable = (shop.people["group"] == PERSUADABLE).to_numpy()
    assert after[persuadable].mean() < 0.8 * before[persuadable].mean()


def test_groups_show_in_how_often_customers_buy_on_offer(shop):
    taste = shop.people.groupby("group")["discount_share"].mean()
    assert taste[PERSUADABLE] > taste["sure"] > taste[SLEEPING_DOG]


def test_the_behaviour_is_the_given_one():
    small = known_shop(Behaviour(**{**vars(BEHAVIOUR), "customers": 50, "start": date(2022, 5, 1)}), seed=1)
    assert len(small.people) == 50 and str(small.data_end.date()) == str(
        date(2022, 5, 1) + timedelta(days=BEHAVIOUR.days)
    )
