"""Rows set aside, over several uploads: each counts once, and no longer once a newer upload has its order
whole."""

import duckdb

from churn_pipeline.core.sql import in_list, literal
from churn_pipeline.ingest.ledger.rejections import placeholders

_KEY = "reason, customer_id, order_id, ts, amount, CASE WHEN ts IS NULL THEN raw END"


def merge_set_aside(connection: duckdb.DuckDBPyConnection, sha256: str, *, corrects: bool) -> None:
    """Merges `unusable` into `rejected`; `upload_orders` is as in merge.py. Equal rows count as often as
    where they are most frequent."""
    if corrects:
        connection.execute(f"""
            DELETE FROM rejected USING upload_orders AS said
            WHERE rejected.order_id = said.order_id AND said.whole
              AND (rejected.customer_id = said.customer_id
                  OR lower(coalesce(rejected.customer_id, '')) IN {in_list(placeholders())})
        """)  # noqa: S608
    keys = [f"k{i}" for i in range(6)]
    new_key = ", ".join(f"{sql.strip()} AS {k}" for sql, k in zip(_KEY.split(", "), keys, strict=True))
    same = " AND ".join(f"new.{k} IS NOT DISTINCT FROM have.{k}" for k in keys)
    connection.execute(f"""
        INSERT INTO rejected BY NAME
        SELECT {literal(sha256)} AS upload_sha256, new.* EXCLUDE (copy, {", ".join(keys)}, product)
        FROM (SELECT *, {new_key}, row_number() OVER (PARTITION BY {_KEY} ORDER BY row_number) AS copy
            FROM unusable) AS new
        LEFT JOIN (SELECT {new_key}, count(*) AS copies FROM rejected GROUP BY ALL) AS have ON {same}
        WHERE new.copy > coalesce(have.copies, 0)
    """)  # noqa: S608
