"""Contact details over several uploads."""

import duckdb

from churn_pipeline.ingest.ledger.clean import CONTACT_COLUMNS


def merge_contacts(connection: duckdb.DuckDBPyConnection) -> None:
    """Merges the details of `usable` into `contacts`: of each detail the one of the newest row wins,
    whichever upload brought it. Of what is said of consent for the same row a refusal wins, so that one
    that is taken back needs no order since."""
    rank = {d: f"({d}_at, turn, {d})" for d in CONTACT_COLUMNS} | {"consent": "(consent_at, consent)"}
    newest = ", ".join(
        f"max_by({d}, {rank[d]}) FILTER ({d} IS NOT NULL) AS {d}, max({d}_at) AS {d}_at"
        for d in CONTACT_COLUMNS
    )
    delivered = ", ".join(f"{d}, CASE WHEN {d} IS NOT NULL THEN ts END AS {d}_at" for d in CONTACT_COLUMNS)
    known = ", ".join(
        f"{d}, CASE WHEN {d} IS NOT NULL THEN coalesce({d}_at, TIMESTAMP '0001-01-01') END AS {d}_at"
        for d in CONTACT_COLUMNS
    )
    connection.execute(f"""
        CREATE OR REPLACE TABLE contacts AS SELECT customer_id, {newest}
        FROM (SELECT customer_id, {delivered}, 1 AS turn FROM usable
            WHERE coalesce({", ".join(CONTACT_COLUMNS)}) IS NOT NULL
              UNION ALL SELECT customer_id, {known}, 0 FROM contacts)
        GROUP BY customer_id
    """)  # noqa: S608
