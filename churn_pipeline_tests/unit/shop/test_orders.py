"""What counts as an order."""

import duckdb
import pandas as pd

from churn_pipeline.shop.orders import orders_sql


def _orders(rows):
    transactions = pd.DataFrame(
        rows, columns=["customer_id", "order_id", "ts", "amount", "quantity", "is_return"]
    )
    transactions["ts"] = pd.to_datetime(transactions.ts)
    with duckdb.connect() as connection:
        connection.register("transactions", transactions)
        return connection.execute(orders_sql() + " ORDER BY customer_id, ordered_at").df()


def test_rows_of_one_order_id_or_one_timestamp_are_one_order():
    orders = _orders(
        [
            ("a", "1", "2024-01-02 10:00", 5.0, 1.0, False),
            ("a", "1", "2024-01-01 09:00", 7.0, None, False),
            ("a", None, "2024-02-01 12:00", 1.0, 1.0, False),
            ("a", None, "2024-02-01 12:00", 2.0, 1.0, False),
            ("a", None, "2024-02-01 12:01", 4.0, 1.0, False),
            ("b", "1", "2024-01-03 10:00", 9.0, 1.0, False),
        ]
    )
    assert orders.order_value.astype(float).tolist() == [12.0, 3.0, 4.0, 9.0]
    assert orders.ordered_at.tolist()[0] == pd.Timestamp("2024-01-01 09:00")
    assert orders.lines.tolist() == [2, 2, 1, 1]


def test_returns_cancellations_and_free_goods_alone_are_no_order():
    orders = _orders(
        [
            ("a", "1", "2024-01-01", -5.0, 1.0, True),
            ("a", "2", "2024-01-02", 0.0, 1.0, False),
            ("a", "3", "2024-01-03", 5.0, -1.0, False),
            ("a", "4", "2024-01-04", 5.0, 1.0, True),
            ("b", "5", "2024-01-05", 0.0, 1.0, False),
            ("b", "5", "2024-01-06", 3.0, 1.0, False),
        ]
    )
    assert orders[["customer_id", "order_key"]].to_numpy().tolist() == [["b", "5"]]
    assert orders.ordered_at[0] == pd.Timestamp("2024-01-06")


def test_the_residue_of_a_sum_sells_nothing():
    orders = _orders(
        [("a", "1", "2024-01-01", 0.1 + 0.2 - 0.3, 1.0, False), ("a", "2", "2024-01-02", 0.0001, 1.0, False)]
    )
    assert orders.order_key.tolist() == ["2"]
