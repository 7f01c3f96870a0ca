"""A shop that has run a campaign of known effect, and the same shop had it not: for what later trainings and
grades make of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from churn_pipeline.churn_definition.labels import population
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import conform, write_json
from churn_pipeline.core.tables import CAMPAIGN_MEMBERS, TRANSACTIONS
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.run import ShopRun
from churn_pipeline_tests.builders.shop_runs import shop_run

HORIZON = 30
START = datetime(2024, 1, 1)
DAYS = 180
STARTS_AT = START + timedelta(days=DAYS - 45)
"""Of the campaign: its time has ended when the data does, and the test's label lies half in it."""


@dataclass(frozen=True)
class TreatedShop:
    """treated: the shop as it is, with campaign_members; naive: the same, the campaign not known of;
    untreated: what would have been; members: rows of CAMPAIGN_MEMBERS."""

    treated: ShopRun
    naive: ShopRun
    untreated: ShopRun
    members: pd.DataFrame


def shop_ledger(customers: int, seed: int) -> pd.DataFrame:
    """The orders of the shop without a campaign, rows of TRANSACTIONS: START to START + DAYS."""
    return _ledger(customers, np.random.default_rng(seed))


def treated_shop(
    folder: Path, customers: int = 3000, saved: float = 0.6, control: float = 0.4, seed: int = 5
) -> TreatedShop:
    """A campaign for those who were silent for long, of whom `control` are left alone by lot.

    A treated would-be churner orders in the campaign's time with the chance `saved`, and once more a
    fortnight later."""
    rng = np.random.default_rng(seed)
    before = _ledger(customers, rng)
    untreated = _shop(folder / "untreated", before)
    with untreated.store.query(["transactions"], 1) as connection:
        people = population(connection, [STARTS_AT], HORIZON, 2).to_pandas()
    silent = (STARTS_AT - people["last_order_at"]) / pd.Timedelta(days=1)
    listed = people[silent > 10].reset_index(drop=True)
    is_control = np.zeros(len(listed), bool)
    is_control[rng.permutation(len(listed))[: round(control * len(listed))]] = True
    members = _members(listed["customer_id"], is_control)
    kept = listed[(listed["churned"] == 1) & ~is_control & (rng.random(len(listed)) < saved)]
    after = pd.concat([before, _orders_of_the_kept(kept["customer_id"], rng)], ignore_index=True)
    treated, naive = _shop(folder / "treated", after), _shop(folder / "naive", after)
    treated.store.write("campaign_members", members, "campaign")
    for campaign in members["campaign_id"].unique():  # a campaign is one that has a plan
        write_json(treated.store.folder / "campaigns" / campaign / "plan.json", {})
    return TreatedShop(treated, naive, untreated, members)


def _shop(folder: Path, ledger: pd.DataFrame) -> ShopRun:
    folder.mkdir(parents=True)
    ShopStore(folder).write("transactions", ledger, "run")
    return shop_run(folder, ShopConfig(name="tea"), horizon=HORIZON)


def _ledger(customers: int, rng: np.random.Generator) -> pd.DataFrame:
    """Customers with their own pace who drop out after an order with a chance of their own."""
    gap, drop_out = rng.gamma(3, 4, customers) + 2, rng.beta(1, 9, customers)
    who, now = np.arange(customers), rng.uniform(0, DAYS * 0.7, customers)
    buyers, days = [], []
    while len(who):
        buyers.append(who)
        days.append(now)
        stays = rng.random(len(who)) >= drop_out[who]
        who, now = who[stays], now[stays] + rng.exponential(gap[who[stays]])
        who, now = who[now < DAYS], now[now < DAYS]
    return _rows(np.concatenate(buyers), np.concatenate(days), "order")


def _orders_of_the_kept(kept: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    number = kept.str.removeprefix("C").astype(int).to_numpy()
    first = (STARTS_AT - START).days + rng.uniform(1, 14, len(number))
    return _rows(np.tile(number, 2), np.concatenate([first, first + 14]), "kept")


def _rows(customer: np.ndarray, day: np.ndarray, kind: str) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "customer_id": [f"C{number:05d}" for number in customer],
            "order_id": [f"{kind} {turn}" for turn in range(len(customer))],
            "ts": pd.Timestamp(START) + pd.to_timedelta(np.round(day * 86400), unit="s"),
            "amount": 10.0,
            "quantity": 1,
            "is_return": False,
            "upload_sha256": "0" * 64,
        }
    )
    for name in ("product", "category", "discount"):
        table[name] = None
    return conform(TRANSACTIONS.name, table).to_pandas()


def _members(customers: pd.Series, is_control: np.ndarray) -> pd.DataFrame:
    probability = float(is_control.mean())
    table = pd.DataFrame(
        {
            "campaign_id": "spring",
            "customer_id": customers,
            "arm": np.where(is_control, "control", "discount_20"),
            "stratum": "all",
            "probability_of_assignment": np.where(is_control, probability, 1 - probability),
            "assigned_at": pd.Timestamp(STARTS_AT),
            "ends_at": pd.Timestamp(STARTS_AT + timedelta(days=HORIZON)),
            "segment": "high_risk",
            "churn_probability": 0.7,
            "clv": 10.0,
            "expected_profit": 1.0,
        }
    )
    for name in CAMPAIGN_MEMBERS.schema.names:
        if name not in table:
            table[name] = None
    table["products"] = [[] for _ in range(len(table))]
    table["reasons"] = [[] for _ in range(len(table))]
    return table[CAMPAIGN_MEMBERS.schema.names]
