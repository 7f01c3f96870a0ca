"""Generated shops whose future is known: how often the intervals of customer value and forecast hold it, and
how far totals are off.

Two kinds of shop: those that behave exactly as BG/NBD and Gamma-Gamma say (`model_shop`), and the sample
shops drawn anew (`behaving_shop`), which break the models' assumptions: seasons, weekdays, fading, a
subscription's rhythm."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import TableVersion, write_table
from churn_pipeline.insights.forecast import forecast_churn
from churn_pipeline.insights.order_timeline import MEASURES, calendar, counts_before, measure
from churn_pipeline.purchase_model.bg_nbd import BgNbd
from churn_pipeline.purchase_model.customer_value import estimate_customer_value
from churn_pipeline.purchase_model.gamma_gamma import GammaGamma
from churn_pipeline.samples import DEMO_SHOPS, simulate_demo_shop
from churn_pipeline.samples.behaviour import FUTURE_DAYS
from churn_pipeline.shop.config import ShopConfig

START = pd.Timestamp("2023-01-01")
MONTHS = 6
HORIZONS = {"coffee_shop_demo": 30, "ecommerce_demo": 90, "subscription_demo": 60}


@dataclass(frozen=True)
class KnownFuture:
    """A shop's ledger, future rows included, in the columns of TRANSACTIONS; data_end: the first instant that
    its file does not cover."""

    lines: pd.DataFrame
    data_end: pd.Timestamp
    horizon: int

    @property
    def past(self) -> pd.DataFrame:
        return self.lines[self.lines["ts"] < self.data_end]


def model_shop(seed: int, customers: int = 1000, days: int = 540) -> KnownFuture:
    """A shop of BG/NBD x Gamma-Gamma with parameters drawn at random: mean gaps of 10 to 60 days, drop-out
    after 5 to 20 purchases."""
    rng = np.random.default_rng(seed)
    gap, r, b = rng.uniform(10, 60), rng.uniform(0.5, 2.0), rng.uniform(2.0, 6.0)
    purchases, value = (
        BgNbd(r, r * gap, b / rng.uniform(4, 19), b),
        GammaGamma(rng.uniform(2, 8), rng.uniform(2.5, 6), rng.uniform(20, 80)),
    )
    now = np.where(rng.random(customers) < 0.3, 0.0, rng.random(customers) * days)
    rate, drop_out = (
        rng.gamma(purchases.r, 1 / purchases.alpha, customers),
        rng.beta(purchases.a, purchases.b, customers),
    )
    scale = rng.gamma(value.q, 1 / value.v, customers)
    who, buyers, amounts = np.arange(customers), [np.arange(customers)], [now]
    while len(who):
        now = now + rng.exponential(1 / rate[who])
        still = now < days + FUTURE_DAYS
        who, now = who[still], now[still]
        buyers.append(who)
        amounts.append(now)
        stays = rng.random(len(who)) >= drop_out[who]
        who, now = who[stays], now[stays]
    customer, day = np.concatenate(buyers), np.concatenate(amounts)
    amount = np.round(rng.gamma(value.p, 1 / scale[customer]) + 0.005, 2)
    return KnownFuture(
        _ledger(customer, day, amount), START + pd.Timedelta(days=days), max(30, round(3 * gap / 5) * 5)
    )


def behaving_shop(name: str, seed: int, customers: int = 1000) -> KnownFuture:
    """A sample shop drawn anew, with another seed and number of customers."""
    demo = DEMO_SHOPS[name]
    lines = simulate_demo_shop(
        replace(demo, seed=seed, behaviour=replace(demo.behaviour, customers=customers))
    ).lines
    lines = lines.assign(
        order_id=lines["order_id"].astype(str), is_return=lines["amount"] < 0, upload_sha256="0"
    )
    return KnownFuture(lines, demo.data_end, HORIZONS[name])


def value_held(shop: KnownFuture) -> dict[str, Any]:
    """Over the year after data end: share of customers whose spend lies in the 80 % interval of their CLV, of
    all and of those who bought; predicted total / actual total; share of the actual spend that the best tenth
    by CLV has, and the most possible."""
    with _folder(shop) as folder:
        value, about = estimate_customer_value(
            ShopStore(Path(folder)), ShopConfig(name="shop"), shop.data_end.to_pydatetime(), shop.horizon
        )
    year = shop.lines[
        (shop.lines["ts"] >= shop.data_end) & (shop.lines["ts"] < shop.data_end + pd.Timedelta(days=365.25))
    ]
    spent = (
        year[year["amount"] > 0]
        .groupby("customer_id")["amount"]
        .sum()
        .reindex(value["customer_id"])
        .fillna(0.0)
        .to_numpy()
    )
    spent = spent * about["share_kept_after_returns"]
    held = (spent >= value["clv_low"].to_numpy() - 0.01) & (spent <= value["clv_high"].to_numpy() + 0.01)
    best = np.argsort(-value["clv"].to_numpy(), kind="stable")[: len(spent) // 10]
    return {
        "held": float(held.mean()),
        "held_of_buyers": float(held[spent > 0].mean()),
        "bought": float((spent > 0).mean()),
        "nominal": about["backtest"].get("nominal_level"),
        "method": about["method"],
        "predicted_to_actual": float(value["clv"].sum() / spent.sum()),
        "top_decile": float(spent[best].sum() / spent.sum()),
        "top_decile_best": float(np.sort(spent)[-len(best) :].sum() / spent.sum()),
    }


def forecast_held(shop: KnownFuture) -> pd.DataFrame:
    """One row per measure and month ahead: measure, month, expected, actual, held (whether the 80 % interval
    holds the actual)."""
    with _folder(shop) as folder:
        forecast, _ = forecast_churn(
            ShopStore(Path(folder)),
            ShopConfig(name="shop"),
            shop.data_end.to_pydatetime(),
            shop.horizon,
            MONTHS,
        )
    truth = actual_measures(shop)
    rows = []
    for name in MEASURES:
        low, high = forecast[f"{name}_low"].to_numpy(), forecast[f"{name}_high"].to_numpy()
        held = (low <= truth[name]) & (truth[name] <= high)
        rows.append(
            pd.DataFrame(
                {
                    "measure": name,
                    "month": forecast["month"],
                    "expected": forecast[name],
                    "actual": truth[name],
                    "held": held,
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def actual_measures(shop: KnownFuture) -> dict[str, np.ndarray]:
    """What the forecast's measures really became after data end, for the customers known then; arrays of
    shape (months,)."""
    sales = shop.lines[shop.lines["amount"] > 0]
    sales = sales[sales["customer_id"].isin(sales.loc[sales["ts"] < shop.data_end, "customer_id"])]
    days = (
        sales.groupby(["customer_id", sales["ts"].dt.normalize()])
        .agg(at=("ts", "min"), value=("amount", "sum"))
        .reset_index()
    )
    when = calendar(shop.horizon, MONTHS)
    day = ((days["at"] - shop.data_end).dt.total_seconds() / 86400).to_numpy()
    customer, ids = pd.factorize(days["customer_id"])
    ahead = (day >= 0) & (day < when.month_ends[-1])
    month = np.searchsorted(when.month_ends, day[ahead], side="right")
    past = shop.past["amount"]
    net = 1 + past[past < 0].sum() / past[past > 0].sum()
    revenue = net * np.bincount(month, days["value"].to_numpy()[ahead], minlength=MONTHS)
    return dict(
        zip(
            MEASURES,
            [*measure(counts_before(customer, day, len(ids), when.edges), when, 2), revenue],
            strict=True,
        )
    )


def _folder(shop: KnownFuture) -> TemporaryDirectory:
    folder = TemporaryDirectory()
    write_table(Path(folder.name), "transactions", shop.past, TableVersion("run", "data"))
    return folder


def _ledger(customer: np.ndarray, day: np.ndarray, amount: np.ndarray) -> pd.DataFrame:
    lines = pd.DataFrame(
        {
            "customer_id": pd.Series(customer).map("C{:05d}".format),
            "ts": START + pd.to_timedelta(np.round(day * 86400), unit="s"),
        }
    )
    lines = lines.assign(
        order_id=[f"O{number}" for number in range(len(lines))],
        amount=amount,
        is_return=False,
        upload_sha256="0",
    )
    lines = lines.assign(product=None, category=None, quantity=None, discount=None)
    return lines.sort_values(["ts", "order_id"], kind="stable", ignore_index=True)


SHOPS: dict[str, Callable[[int], KnownFuture]] = {"model": model_shop} | {
    name: (lambda seed, name=name: behaving_shop(name, seed)) for name in HORIZONS
}
