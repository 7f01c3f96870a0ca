"""What a campaign's customers did while it ran, by intention to treat: everyone counts in the arm that the
lot gave, contacted or not."""

from datetime import datetime, timedelta

import pandas as pd

from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.shop.orders import SALE, order_key

PAST = timedelta(days=365)
AMOUNT = "CAST(amount AS DECIMAL(18, 4))"


def member_outcomes(
    store: ShopStore, members: pd.DataFrame, until: datetime, gross_margin: float, threads: int
) -> pd.DataFrame:
    """The members with `retention` (1: an order between the start and `until`), `orders`, `revenue` (returns
    taken off), `profit` (revenue x gross margin less the contact) and `past_revenue` (of the year before the
    start), per customer, currency.

    members: rows of CAMPAIGN_MEMBERS of one campaign. Amounts are as paid, so a discount that was used has
    lowered the revenue already."""
    starts_at = members["assigned_at"].iloc[0].to_pydatetime()
    with store.query(["transactions"], threads) as connection:
        connection.register("members", members[["customer_id"]])
        found = connection.execute(
            f"""
            SELECT customer_id,
                   count(DISTINCT {order_key()}) FILTER (WHERE ts >= $start AND {SALE}) AS orders,
                   CAST(coalesce(sum({AMOUNT}) FILTER (WHERE ts >= $start), 0) AS DOUBLE) AS revenue,
                   CAST(coalesce(sum({AMOUNT}) FILTER (WHERE ts < $start), 0) AS DOUBLE) AS past_revenue
            FROM transactions SEMI JOIN members USING (customer_id)
            WHERE ts >= $past AND ts < $until
            GROUP BY customer_id
            """,  # noqa: S608 - names and expressions of ours
            {"start": starts_at, "until": until, "past": starts_at - PAST},
        ).df()
    joined = members.merge(found, on="customer_id", how="left", validate="one_to_one")
    numbers = joined[["orders", "revenue", "past_revenue"]].astype(float).fillna(0.0)
    joined[numbers.columns] = numbers
    joined["retention"] = (joined["orders"] > 0).astype(float)
    joined["profit"] = joined["revenue"] * gross_margin - joined["contact_cost"].astype(float).fillna(0.0)
    return joined
