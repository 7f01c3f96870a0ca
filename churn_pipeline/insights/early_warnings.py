"""Early warnings: who moved up a tier since the last scoring, valuable customers newly at risk, new customers
with weak starts."""

from datetime import datetime

import numpy as np
import pandas as pd

from churn_pipeline.core.enums import Status, Tier
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.tables import EARLY_WARNINGS
from churn_pipeline.core.wording import money, percent
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.orders import orders_sql

RANK = {Tier.LOW: 0, Tier.MEDIUM: 1, Tier.HIGH: 2}
HIGH_VALUE = 0.9  # quantile of the CLV of the eligible from which a customer is of high value
WEAK_START = 0.75  # share of the returning customers who took less time to their second order
FEWEST_RETURNS = 20


def early_warnings(
    scores: pd.DataFrame,
    history: pd.DataFrame | None,
    days_to_second_order: np.ndarray,
    config: ShopConfig,
    horizon: int,
) -> pd.DataFrame:
    """The EARLY_WARNINGS table, most valuable customers first within each kind.

    scores: customer_scores; history: score_history, or None before the second scoring, when nothing can have
        moved; days_to_second_order: float64 days, see `days_to_second_order`; horizon: that of `scores`,
        days. Where the horizon was changed nothing can have moved either: the probabilities before and after
        answer different questions."""
    previous = (
        previous_scoring(history, scores["as_of"].max(), horizon)
        if history is not None and len(scores)
        else None
    )
    parts = [weak_starts(scores, days_to_second_order, config.currency)]
    if previous is not None:
        parts = [*_moves(scores, previous, config.currency), *parts]
    rows = [part for part in parts if len(part)]
    empty = pd.DataFrame(columns=EARLY_WARNINGS.schema.names)
    return pd.concat(rows, ignore_index=True)[EARLY_WARNINGS.schema.names] if rows else empty


def previous_scoring(history: pd.DataFrame, as_of: datetime, horizon: int) -> pd.DataFrame | None:
    """The rows of the last scoring before `as_of` with this horizon (days), the newest of several of one
    date; None where there is none."""
    same_question = history["due_at"] - history["as_of"] == pd.Timedelta(days=horizon)
    earlier = history[(history["as_of"] < as_of) & same_question]
    if earlier.empty:
        return None
    latest = earlier[earlier["as_of"] == earlier["as_of"].max()]
    return latest.sort_values("scored_at", kind="stable").drop_duplicates("customer_id", keep="last")


def days_to_second_order(store: ShopStore, as_of: datetime, threads: int = 0) -> np.ndarray:
    """Days from first to second order of every customer who came back before `as_of`, float64, ascending."""
    statement = f"""
        WITH past AS (SELECT * FROM transactions WHERE ts < $as_of),
        numbered AS (
            SELECT customer_id, ordered_at,
                row_number() OVER (PARTITION BY customer_id ORDER BY ordered_at, order_key) AS n
            FROM ({orders_sql("past")})
        )
        SELECT epoch(max(ordered_at) - min(ordered_at)) / 86400.0 AS days
        FROM numbered WHERE n <= 2 GROUP BY customer_id HAVING count(*) = 2
    """  # noqa: S608 - no user input in it
    with store.query(["transactions"], threads) as connection:
        return np.sort(connection.execute(statement, {"as_of": as_of}).df()["days"].to_numpy(np.float64))


def weak_starts(scores: pd.DataFrame, gaps: np.ndarray, currency: str) -> pd.DataFrame:
    """New customers who have been silent for longer than three quarters of the returning customers took to
    their second order.

    A rule of its own, since new customers have no score. Among those who returned, slow ones are
    underrepresented (they may still return), so the rule warns rather early. Below 20 returning customers it
    says nothing."""
    if len(gaps) < FEWEST_RETURNS:
        return pd.DataFrame(columns=EARLY_WARNINGS.schema.names)
    limit = float(np.quantile(gaps, WEAK_START))
    weak = scores[(scores["status"] == Status.NEW) & (scores["days_since_last_order"] > limit)]
    sentences = [
        f"{_ordered(orders)} {days:.0f} days ago; {percent(float((gaps < days).mean()))} of the "
        f"customers who returned had done so by then "
        f"(expected value {money(clv, currency)})."
        for orders, days, clv in weak[["orders", "days_since_last_order", "clv"]].itertuples(index=False)
    ]
    return _warnings(
        weak.assign(previous_tier=None, previous_probability=np.nan, sentence=sentences), "weak_start"
    )


def _ordered(orders: int) -> str:
    return "Ordered once," if orders == 1 else f"Ordered {orders} times, last"


def _moves(scores: pd.DataFrame, previous: pd.DataFrame, currency: str) -> list[pd.DataFrame]:
    before = previous[["customer_id", "risk_tier", "churn_probability"]].rename(
        columns={"risk_tier": "previous_tier", "churn_probability": "previous_probability"}
    )
    now = scores[scores["status"] == Status.ELIGIBLE].merge(before, on="customer_id", how="left")
    rank, rank_before = now["risk_tier"].map(RANK), now["previous_tier"].map(RANK)
    moved = now[rank > rank_before]
    at_risk = (rank >= RANK[Tier.MEDIUM]) & (
        (rank > rank_before) | (rank_before.isna() & (rank == RANK[Tier.HIGH]))
    )
    valuable = now[at_risk & (now["clv"] >= now["clv"].quantile(HIGH_VALUE))]
    return [
        _warnings(moved.assign(sentence=_moved_sentences(moved)), "moved_up"),
        _warnings(valuable.assign(sentence=_value_sentences(valuable, currency)), "high_value_at_risk"),
    ]


def _moved_sentences(rows: pd.DataFrame) -> list[str]:
    columns = rows[["previous_tier", "risk_tier", "previous_probability", "churn_probability"]]
    return [
        f"Moved from {before} to {now} risk: {percent(p_before)} before, {percent(p_now)} now."
        for before, now, p_before, p_now in columns.itertuples(index=False)
    ]


def _value_sentences(rows: pd.DataFrame, currency: str) -> list[str]:
    top = percent(1 - HIGH_VALUE)
    return [
        f"Among the {top} most valuable customers ({money(clv, currency)}), "
        f"newly at {tier} risk ({percent(p)})."
        for clv, tier, p in rows[["clv", "risk_tier", "churn_probability"]].itertuples(index=False)
    ]


def _warnings(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    ordered = rows.sort_values(["clv", "customer_id"], ascending=[False, True])
    return ordered.assign(kind=kind)[EARLY_WARNINGS.schema.names]
