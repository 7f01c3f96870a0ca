"""The catalogue computed the slow and obvious way: one customer, one cutoff, plain pandas and numpy. Only
tests read it."""

import math
from datetime import datetime

import numpy as np
import pandas as pd

DAY = pd.Timedelta(days=1)


def reference_features(ledger: pd.DataFrame, cutoff: datetime, horizon: int, min_orders: int) -> pd.DataFrame:
    """Features (without the purchase models') of every eligible customer, indexed by customer_id."""
    rows = ledger[ledger.ts < cutoff].copy()
    rows["order"] = rows.order_id.where(rows.order_id.notna(), "at " + rows.ts.astype(str))
    found = {}
    for customer, own in rows.groupby("customer_id"):
        sales = own[(own.amount > 0) & (own.quantity.fillna(1) > 0) & ~own.is_return]
        if not len(sales):
            continue
        orders = sales.groupby("order").ts.min().sort_values()
        if len(orders) >= min_orders and orders.max() >= pd.Timestamp(cutoff) - horizon * DAY:
            found[customer] = _of_customer(sales, own[own.is_return], pd.Timestamp(cutoff), horizon)
    table = pd.DataFrame.from_dict(found, orient="index")
    return _with_standing(table) if len(table) else table


def _of_customer(
    sales: pd.DataFrame, returned: pd.DataFrame, cutoff: pd.Timestamp, horizon: int
) -> dict[str, float]:
    first = sales.groupby("order").ts.min()
    order_age = ((cutoff - first) / DAY).to_numpy()
    row_age = ((cutoff - sales.ts) / DAY).to_numpy()
    days = np.sort(first.dt.normalize().unique())
    gaps = np.diff(days) / np.timedelta64(1, "D")
    f = {
        **_level(sales, returned, order_age),
        **_rhythm(gaps, order_age.min(), horizon),
        **_recent(sales, order_age, row_age, horizon),
        **_calendar(first, cutoff, horizon, order_age),
        **_basket(sales, first, order_age, row_age),
    }
    f["returned_lines"] = len(returned)
    f["return_rate"] = -returned.amount.clip(upper=0).sum() / sales.amount.sum()
    recent = returned[returned.ts.dt.normalize() >= cutoff - 90 * DAY]
    f["returned_last_90_days"] = -recent.amount.clip(upper=0).sum()
    return f


def _level(sales: pd.DataFrame, returned: pd.DataFrame, order_age: np.ndarray) -> dict[str, float]:
    spend = sales.amount.sum()
    net = spend + returned.amount.clip(upper=0).sum()
    months = max(order_age.max(), 30.4375) / 30.4375
    return {
        "days_since_last_purchase": order_age.min(),
        "total_purchase_count": len(order_age),
        "average_order_value": spend / len(order_age),
        "total_lifetime_spend": net,
        "days_since_first_purchase": order_age.max(),
        "purchase_velocity": len(order_age) / months,
        "monthly_spend": net / months,
    }


def _rhythm(gaps: np.ndarray, recency: float, horizon: int) -> dict[str, float]:
    f: dict[str, float] = {"repeat_purchase_days": len(gaps), "absences_over_horizon": (gaps > horizon).sum()}
    if not len(gaps):
        return f
    f["avg_days_between_purchases"] = gaps.mean()
    f["median_days_between_purchases"] = np.median(gaps)
    f["p90_days_between_purchases"] = np.quantile(gaps, 0.9)
    f["longest_gap_between_purchases"] = gaps.max()
    f["recency_over_mean_gap"] = recency / gaps.mean()
    f["recency_over_p90_gap"] = recency / np.quantile(gaps, 0.9)
    f["share_of_gaps_exceeded"] = (gaps <= recency).mean()
    f["gap_evenness"] = math.exp(np.log(gaps).mean()) / gaps.mean()
    f["share_of_absences_over_horizon"] = (gaps > horizon).mean()
    if len(gaps) > 1:
        sd = gaps.std(ddof=1)
        f["sd_days_between_purchases"] = sd
        f["consistency_score"] = gaps.mean() / (gaps.mean() + sd)
        if sd > 0:
            f["recency_z_score"] = (recency - gaps.mean()) / sd
    return f


def _recent(
    sales: pd.DataFrame, order_age: np.ndarray, row_age: np.ndarray, horizon: int
) -> dict[str, float]:
    f: dict[str, float] = {}
    amount = sales.amount.to_numpy()

    def orders(newest: float, oldest: float) -> int:
        return int(((order_age > newest) & (order_age <= oldest)).sum())

    for d in (7, 14, 30, 60, 90, 180, 365):
        f[f"orders_last_{d}_days"] = orders(-1, d)
    for d in (30, 90, 180, 365):
        f[f"spend_last_{d}_days"] = amount[row_age <= d].sum()
    for d in (30, 90, 365):
        f[f"orders_decayed_{d}_days"] = np.exp(-np.ceil(order_age) / d).sum()
    f["orders_last_horizon"], f["orders_previous_horizon"] = orders(-1, horizon), orders(horizon, 2 * horizon)
    f["order_trend_horizon"] = _trend(orders(-1, horizon), orders(horizon, 2 * horizon))
    f["trend_last_3_months"] = _trend(orders(-1, 90), orders(90, 180))
    f["trend_last_6_months"] = _trend(orders(-1, 180), orders(180, 360))
    f["spend_trend_last_3_months"] = _trend(
        amount[row_age <= 90].sum(), amount[(row_age > 90) & (row_age <= 180)].sum()
    )
    return f


def _trend(recent: float, earlier: float) -> float:
    return (recent - earlier) / (recent + earlier) if recent + earlier > 0 else math.nan


def _calendar(
    first: pd.Series, cutoff: pd.Timestamp, horizon: int, order_age: np.ndarray
) -> dict[str, float]:
    months = first.dt.to_period("M")
    span = (cutoff - pd.Timedelta(microseconds=1)).to_period("M").ordinal - months.min().ordinal + 1
    f = {
        "months_active": months.nunique(),
        "share_of_months_active": months.nunique() / span,
        "weekend_purchase_ratio": (first.dt.day_of_week >= 5).mean(),
        "evening_purchase_ratio": (first.dt.hour >= 18).mean(),
        "seasonality_preference": first.dt.quarter.value_counts(normalize=True).max(),
    }
    if order_age.max() >= 365:
        f["orders_same_season_last_year"] = ((order_age <= 365) & (order_age > 365 - horizon)).sum()
    return f


def _basket(
    sales: pd.DataFrame, first: pd.Series, order_age: np.ndarray, row_age: np.ndarray
) -> dict[str, float]:
    orders, recent_orders, recent = len(order_age), (order_age <= 90).sum(), row_age <= 90
    value = sales.groupby("order").amount.sum()
    day = first.dt.normalize()
    first_value, last_value = value[day == day.min()].max(), value[day == day.max()].max()
    f = {
        "largest_order_value": value.max(),
        "first_order_value": first_value,
        "last_order_value": last_value,
        "last_order_value_ratio": last_value / value.mean(),
        "order_value_spread": np.log(value).std(ddof=1),
        "average_items_per_transaction": sales.quantity.sum() / orders,
        "discount_usage_rate": (sales.groupby("order").discount.sum() > 0).mean(),
        "discount_share": sales.discount.sum() / (sales.amount.sum() + sales.discount.sum()),
        "products_per_order": len(sales) / orders,
        "number_of_products": sales["product"].nunique(),
        "number_of_product_categories": sales.category.nunique(),
    }
    shares = sales.category.value_counts(normalize=True)
    f["favorite_category_share"] = shares.max()
    f["effective_categories"] = math.exp(-(shares * np.log(shares)).sum())
    f["percent_repeat_products"] = (
        sales.groupby("product").ts.apply(lambda t: t.dt.normalize().nunique()) > 1
    ).mean()
    f["share_of_new_products"] = sales["product"].nunique() / len(sales)
    f["new_categories_last_90_days"] = sales.category.nunique() - sales.category[~recent].nunique()
    if recent_orders:
        known = set(sales["product"][~recent])
        f["share_of_new_products_last_90_days"] = len(set(sales["product"][recent]) - known) / recent.sum()
        now = sales[recent]
        f["order_value_trend_last_3_months"] = now.amount.sum() / recent_orders / value.mean()
        f["products_per_order_trend"] = recent.sum() / recent_orders / f["products_per_order"]
        f["items_per_order_trend"] = now.quantity.sum() / recent_orders / f["average_items_per_transaction"]
        f["discount_usage_last_90_days"] = (now.groupby("order").discount.sum() > 0).mean()
        f["discount_usage_trend"] = f["discount_usage_last_90_days"] - f["discount_usage_rate"]
    return f


def _with_standing(table: pd.DataFrame) -> pd.DataFrame:
    def rank(column: str) -> pd.Series:
        others = max(len(table) - 1, 1)
        return table[column].apply(lambda v: (table[column] < v).sum() / others)

    spend = rank("total_lifetime_spend")
    age = table.days_since_first_purchase
    return table.assign(
        percentile_rank_by_spend=spend,
        percentile_rank_by_orders=rank("orders_last_365_days"),
        spend_tier=np.select([spend >= 0.9, spend >= 0.75, spend >= 0.5], [4, 3, 2], 1),
        customer_age_group=np.select([age < 30, age < 90, age < 180, age < 365], [1, 2, 3, 4], 5),
    )
