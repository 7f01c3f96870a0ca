"""One customer's features after orders that were never placed, through the feature SQL that made everybody's.

The customer's rows, with the hypothetical ones among them, are a ledger of their own, small enough for an answer at once. What such
a ledger cannot know comes from the shop: the purchase models' parameters, and the other customers that ranks compare with.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from churn_pipeline.errors import BadInput, NotFound
from churn_pipeline.features.purchase_features import VALUE_DAYS
from churn_pipeline.features.snapshots import build_snapshots
from churn_pipeline.purchase_model.bg_nbd import BgNbd, expected_orders, fit_bg_nbd, probability_alive, probability_no_order
from churn_pipeline.purchase_model.gamma_gamma import GammaGamma, expected_order_value, fit_gamma_gamma
from churn_pipeline.purchase_model.summaries import purchase_summaries
from churn_pipeline.schemas import feature_columns
from churn_pipeline.scoring.customer_status import ELIGIBLE, customer_status
from churn_pipeline.storage import TableVersion, duckdb_over, read_table, table_version, write_table

WITNESS = "\u0000witness"
RANKS = {"percentile_rank_by_spend": "total_lifetime_spend", "percentile_rank_by_orders": "orders_last_365_days"}
SPEND_TIERS = (0.5, 0.75, 0.9)
DAYS_PER_MONTH = 30.4375


@dataclass(frozen=True)
class HypotheticalOrder:
    """An order that the customer might place: when (shop time), for how much (> 0, currency), of what."""

    at: datetime
    amount: float
    product: str | None = None
    category: str | None = None
    discount: float | None = None


@dataclass(frozen=True)
class CustomerState:
    """A customer as of an instant: status, last order, and the features where eligible (None otherwise)."""

    as_of: datetime
    status: str
    days_since_last_order: float
    orders: int
    features: pd.Series | None


def replay(
    folder: Path, customer_id: str, orders: Sequence[HypotheticalOrder], as_of: datetime, horizon: int, min_orders: int
) -> CustomerState:
    """The customer after `orders`, judged anew at `as_of` (a midnight, later than all of them).

    NotFound for an unknown customer; BadInput for an amount that is not above 0 or an order at or after `as_of`.
    """
    ledger = _ledger(folder, customer_id, orders, as_of)
    with TemporaryDirectory(prefix=".what_if.", dir=folder) as scratch:
        small = Path(scratch)
        write_table(small, "transactions", ledger, TableVersion("what-if", ""))
        with duckdb_over(small, ["transactions"], threads=1) as connection:
            known = customer_status(connection, as_of, horizon, min_orders).set_index("customer_id")
            summary = purchase_summaries(connection, as_of).set_index("customer_id")
        if customer_id not in known.index:
            raise NotFound(f"Customer {customer_id!r} has no order before {as_of:%Y-%m-%d}; give one with --order DATE:AMOUNT.")
        status = known.loc[[customer_id]].iloc[0]
        features = None
        if status["status"] == ELIGIBLE:
            rows = build_snapshots(small, [as_of], horizon, min_orders, labelled=False, threads=1).to_pandas().set_index("customer_id")
            own = rows.drop(columns="cutoff").loc[[customer_id]].iloc[0]
            features = _completed(own, summary.loc[[customer_id]].iloc[0], _shop_facts(folder), horizon)
    return CustomerState(as_of, str(status["status"]), float(status["days_since_last_order"]), int(status["orders"]), features)


def judged_at(data_end: datetime, orders: Sequence[HypotheticalOrder]) -> datetime:
    """The midnight after the last hypothetical order, at least data end."""
    return max([data_end, *(datetime(o.at.year, o.at.month, o.at.day) + timedelta(days=1) for o in orders)])


def _ledger(folder: Path, customer_id: str, orders: Sequence[HypotheticalOrder], as_of: datetime) -> pd.DataFrame:
    for order in orders:
        if not (np.isfinite(order.amount) and order.amount > 0):
            raise BadInput(f"A hypothetical order of {order.amount} cannot be replayed: give an amount above 0, for example 2025-01-31:40.")
        if order.at >= as_of:
            raise BadInput(f"The hypothetical order at {order.at} is not before {as_of}; give an earlier date.")
    with duckdb_over(folder, ["transactions"], threads=1) as connection:
        own = connection.execute("SELECT * FROM transactions WHERE customer_id = ?", [customer_id]).df()
    if own.empty:
        raise NotFound(f"Shop {folder.name!r} has no customer {customer_id!r}.")
    placed = [_row(own, customer_id, f"what-if {n}", o) for n, o in enumerate(orders)]
    earliest = HypotheticalOrder(own["ts"].min().to_pydatetime() + timedelta(hours=13, minutes=7), 1.0, "-", "-", 0.0)
    sale = _row(own, WITNESS, WITNESS, earliest) | {"quantity": 1.0}
    returned = sale | {"amount": -1.0, "quantity": -1.0, "is_return": True}
    # A family of features is left out where no row tells anything about it. The witness has a value in every column, so that the
    # customer gets the features of the shop even if, say, this one never returned anything; its own features are thrown away.
    return pd.concat([own, pd.DataFrame([*placed, sale, returned])], ignore_index=True)


def _row(own: pd.DataFrame, customer_id: str, order_id: str, order: HypotheticalOrder) -> dict[str, object]:
    return {
        "customer_id": customer_id,
        "order_id": order_id,
        "ts": pd.Timestamp(order.at),
        "amount": float(order.amount),
        "product": order.product,
        "category": order.category,
        "quantity": None if own["quantity"].isna().all() else 1.0,
        "discount": order.discount if order.discount is not None or own["discount"].isna().all() else 0.0,
        "is_return": False,
        "upload_sha256": "",
    }


@dataclass(frozen=True)
class ShopFacts:
    """What one customer's features need to know of the others."""

    purchases: BgNbd
    values: GammaGamma
    features: tuple[str, ...]  # that the shop has
    ranked: dict[str, np.ndarray]  # sorted values of the eligible customers, by the feature that they are ranked on


def _shop_facts(folder: Path) -> ShopFacts:
    version = table_version(folder, "customer_features")
    return _shop_facts_of(folder, version)


@lru_cache(maxsize=4)
def _shop_facts_of(folder: Path, version: TableVersion | None) -> ShopFacts:
    """Fitted at data end on the customers that the stored features were made with; `version` makes a renewed table a new entry."""
    scored = read_table(folder, "customer_features")
    as_of = scored["as_of"].iloc[0].to_pydatetime()
    with duckdb_over(folder, ["transactions"]) as connection:
        everyone = purchase_summaries(connection, as_of)
    eligible = everyone[everyone["customer_id"].isin(scored["customer_id"])]
    return ShopFacts(
        fit_bg_nbd(everyone["x"], everyone["t_x"], everyone["T"]),
        fit_gamma_gamma(eligible["x"] + 1, eligible["mean_order_value"]),
        tuple(feature_columns(list(scored.columns))),
        {name: np.sort(scored[name].to_numpy(float)) for name in RANKS.values()},
    )


def _completed(features: pd.Series, summary: pd.Series, shop: ShopFacts, horizon: int) -> pd.Series:
    """The features with those of the purchase models and the ranks as they are within the whole shop."""
    completed = features.astype(float).copy()
    known = _purchase_model_features(summary, shop, horizon)
    known |= {rank: _percent_rank(shop.ranked[by], float(features[by])) for rank, by in RANKS.items() if rank in features}
    if "percentile_rank_by_spend" in known:
        known["spend_tier"] = 1.0 + sum(known["percentile_rank_by_spend"] >= limit for limit in SPEND_TIERS)
    for name, value in known.items():
        completed[name] = value
    return completed.reindex(shop.features)


def _purchase_model_features(summary: pd.Series, shop: ShopFacts, horizon: int) -> dict[str, float]:
    """The family purchase_model of one customer, by the shop's parameters."""
    x, t_x, T, mean = (np.array([float(summary[name])]) for name in ("x", "t_x", "T", "mean_order_value"))
    model, value = shop.purchases, expected_order_value(shop.values, x + 1, mean)
    computed = {
        "bg_nbd_alive_probability": probability_alive(model, x, t_x, T),
        "bg_nbd_churn_probability": probability_no_order(model, horizon, x, t_x, T),
        "bg_nbd_expected_orders": expected_orders(model, horizon, x, t_x, T),
        "bg_nbd_order_rate": (model.r + x) / (model.alpha + T) * DAYS_PER_MONTH,
        "expected_order_value": value,
        "customer_lifetime_value_estimate": expected_orders(model, VALUE_DAYS, x, t_x, T) * value,
    }
    return {name: float(column[0]) for name, column in computed.items()}


def _percent_rank(sorted_values: np.ndarray, value: float) -> float:
    """SQL's percent_rank of a value among the eligible customers: the share of the others who are below it."""
    below = int(np.searchsorted(sorted_values, value, side="left"))
    return min(1.0, below / max(1, len(sorted_values) - 1))
