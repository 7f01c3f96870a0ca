"""The ledger of advice: receipts of lists given and not given, and what they met."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from churn_pipeline.campaigns.advice.graded_advice import graded_advice
from churn_pipeline.campaigns.advice.receipts import advice_receipts
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import conform, write_json
from churn_pipeline.core.tables import ADVICE_LEDGER, CAMPAIGN_MEMBERS, GRADED_ADVICE
from churn_pipeline.insights.money.campaign import Campaign
from churn_pipeline_tests.builders.ledgers import simulated_ledger

AS_OF = datetime(2024, 12, 1)
DUE = AS_OF + timedelta(days=20)
CAMPAIGN = Campaign(success_rate=0.5, redemption_rate=0.5, discount_percent=10, contact_cost=1.0)


def customers(count: int = 20) -> pd.DataFrame:
    """c0 is the surest to leave, the last one is worth most."""
    k = np.arange(count)
    return pd.DataFrame(
        {
            "customer_id": [f"c{n}" for n in k],
            "churn_probability": 0.9 - 0.04 * k,
            "days_since_last_order": 60.0 - k,
            "orders": 3 + k,
            "total_spend": 100.0 * k,
            "clv": 50.0 + k,
            "clv_low": 40.0,
            "clv_high": 70.0,
            "clv_error": 0.1,
            "save_worth": 5.0 * (1 + k),
            "save_worth_low": 5.0 * (1 + k),
            "save_worth_high": 5.0 * (1 + k),
            "expected_order_value": 20.0,
        }
    )


def given(*ids: str, name: str = "recommended") -> pd.DataFrame:
    return pd.DataFrame(
        {"list": name, "customer_id": ids, "rank": np.arange(1, len(ids) + 1), "expected_profit": 3.0}
    )


def ledger_of(receipts: pd.DataFrame, run_id: str = "r1", given_at: datetime = AS_OF) -> pd.DataFrame:
    whole = receipts.assign(
        run_id=run_id, as_of=pd.Timestamp(AS_OF), given_at=pd.Timestamp(given_at),
        due_at=pd.Timestamp(DUE), discount_percent=10.0,
    )  # fmt: skip
    return conform(ADVICE_LEDGER.name, whole[ADVICE_LEDGER.schema.names]).to_pandas()


@pytest.fixture
def store(tmp_path) -> ShopStore:
    """c17 and c18 order in the time; orders go on after it."""
    folder = tmp_path / "advised"
    folder.mkdir()
    rows = simulated_ledger(customers=5, days=100, seed=1).iloc[:4]
    rows = rows.assign(
        customer_id=["c17", "c18", "c18", "c1"],
        order_id=["1", "2", "3", "4"],
        ts=[AS_OF, DUE - timedelta(hours=1), AS_OF - timedelta(days=1), DUE],
        amount=10.0,
        quantity=1,
        is_return=False,
    )
    found = ShopStore(folder)
    found.write("transactions", rows, "r")
    return found


def test_lists_not_given_are_as_long_as_the_recommended_one():
    receipts = advice_receipts(customers(), given("c19", "c18", "c17"), CAMPAIGN)
    lists = {str(name): own["customer_id"].tolist() for name, own in receipts.groupby("list")}
    assert lists["risk"] == ["c0", "c1", "c2"] == lists["recency"]
    assert lists["recommended"] == ["c19", "c18", "c17"] == lists["spend"]
    assert receipts.groupby("list")["was_given"].first().to_dict() == {
        "recommended": True, "risk": False, "recency": False, "rfm": False, "spend": False,
    }  # fmt: skip


def test_a_list_is_worth_what_happened(store):
    """c17 and c18 ordered anyway: each costs half a discount of 2 and the contact; c19 was silent."""
    receipts = advice_receipts(customers(), given("c19", "c18", "c17"), CAMPAIGN)
    graded = graded_advice(store, ledger_of(receipts), "EUR")
    conform(GRADED_ADVICE.name, graded)
    by_list = graded.set_index("list")
    recommended, risk = by_list.loc["recommended"], by_list.loc["risk"]
    assert recommended["profit"] == pytest.approx(0.5 * (100 - 2) - 1 - 2 * 2)
    assert recommended["silent_share"] == pytest.approx(1 / 3)
    assert recommended["expected_profit"] == 9
    assert risk["profit"] == pytest.approx(sum(0.5 * (5 * n - 2) - 1 for n in (1, 2, 3)))
    assert risk["recommended_earns_more"] == pytest.approx(recommended["profit"] - risk["profit"])
    assert risk["recommended_earns_more_low"] < risk["recommended_earns_more"]
    assert "(3 customers, not given)" in risk["sentence"] and "expected" in recommended["sentence"]


def test_nothing_is_graded_before_its_time_and_the_newest_run_of_a_day_counts(store):
    receipts = advice_receipts(customers(), given("c19"), CAMPAIGN)
    early = ledger_of(receipts).assign(due_at=pd.Timestamp(DUE + timedelta(days=30)))
    assert graded_advice(store, early, "EUR").empty
    newer = ledger_of(receipts, "r2", AS_OF + timedelta(hours=1))
    both = pd.concat([newer, ledger_of(receipts, "r1")], ignore_index=True)
    assert set(graded_advice(store, both, "EUR")["run_id"]) == {"r2"}


def test_the_control_group_stands_for_those_whom_a_campaign_contacted(store):
    """Of c16 to c19 two are contacted; the two controls, of whom one ordered, stand for all four."""
    drawn = {"c16": "discount_10", "c17": "control", "c18": "discount_10", "c19": "control"}
    about = {
        "campaign_id": "spring",
        "stratum": "all",
        "probability_of_assignment": 0.5,
        "assigned_at": AS_OF,
    }
    empty = {
        field.name: {"string": "-", "double": 0.0, "timestamp[us]": DUE}.get(str(field.type))
        for field in CAMPAIGN_MEMBERS.schema
        if not field.nullable
    }
    rows = [empty | about | {"customer_id": customer, "arm": arm} for customer, arm in drawn.items()]
    members = pa.Table.from_pylist(rows, schema=CAMPAIGN_MEMBERS.schema)
    store.write("campaign_members", members, "c")
    write_json(store.folder / "campaigns" / str(about["campaign_id"]) / "plan.json", {})
    receipts = advice_receipts(customers(), given("c16", "c17", "c18", "c19"), CAMPAIGN)
    row = graded_advice(store, ledger_of(receipts), "EUR").set_index("list").loc["recommended"]
    assert (row["contacted"], row["silent_share"]) == (2, 0.5)
    assert row["profit"] == pytest.approx(2 * (0.5 * (100 - 2) - 1) + 2 * -2)


def test_who_has_no_probability_is_told_by_orders_alone(store):
    receipts = advice_receipts(customers(), given("gone", "c18", name="win_back"), CAMPAIGN)
    row = graded_advice(store, ledger_of(receipts), "EUR").set_index("list").loc["win_back"]
    assert pd.isna(row["profit"]) and row["silent"] == 1
    assert advice_receipts(customers(), given("c1", name="high_risk"), replace(CAMPAIGN))[
        "list"
    ].tolist() == ["high_risk"]
