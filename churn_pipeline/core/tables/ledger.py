"""The ledger and what came with it: rows, rejected rows, deliveries, contacts."""

import pyarrow as pa

from churn_pipeline.core.tables.declaration import CUSTOMER, TIME, column, table

TRANSACTIONS = table(
    "transactions",
    "one row of an uploaded file that could be used",
    CUSTOMER,
    column("order_id", pa.string(), "the shop's order id; null where the file has none"),
    column("ts", TIME, "time of the row", nullable=False),
    column("amount", pa.float64(), "amount as in the file, currency; returns negative", nullable=False),
    column("product", pa.string(), "product"),
    column("category", pa.string(), "product category"),
    column("quantity", pa.float64(), "number of items"),
    column("discount", pa.float64(), "discount given, currency"),
    column("is_return", pa.bool_(), "return or cancellation: reduces spend, never an order", nullable=False),
    column("upload_sha256", pa.string(), "the upload that delivered the row", nullable=False),
)

REJECTED_ROWS = table(
    "rejected_rows",
    "one row of an upload that could not be used, as it came",
    column("upload_sha256", pa.string(), "the upload that delivered the row", nullable=False),
    column("row_number", pa.int64(), "row in the file, the first data row is 1", nullable=False),
    column(
        "reason",
        pa.string(),
        "why it is set aside, for example anonymous_sale, bad_date, bad_amount",
        nullable=False,
    ),
    column("raw", pa.string(), "the row's cells as a JSON object", nullable=False),
    column("customer_id", pa.string(), "customer, where it could be read"),
    column("order_id", pa.string(), "order id, where the file has one"),
    column("ts", TIME, "time of the row, where it could be read"),
    column("amount", pa.float64(), "amount, currency, where it could be read"),
)

UPLOADS = table(
    "uploads",
    "one delivered file",
    column("upload_sha256", pa.string(), "SHA-256 of the file's bytes", nullable=False),
    column("file_name", pa.string(), "name as delivered", nullable=False),
    column("uploaded_at", TIME, "when it was ingested, UTC", nullable=False),
    column("route", pa.string(), "cli, api, app or file_drop", nullable=False),
    column("rows_in", pa.int64(), "data rows in the file", nullable=False),
    column(
        "rows_kept", pa.int64(), "rows that are in the ledger after this upload because of it", nullable=False
    ),
    column("rows_rejected", pa.int64(), "rows set aside in rejected_rows", nullable=False),
    column("rows_known", pa.int64(), "rows that the ledger already had", nullable=False),
    column(
        "exact_duplicates", pa.int64(), "rows of the file identical to an earlier row of it", nullable=False
    ),
    column("first_ts", TIME, "earliest usable row"),
    column("last_ts", TIME, "latest usable row"),
    column("mode", pa.string(), "append, or replace: the upload's period was replaced", nullable=False),
    column(
        "findings", pa.string(), "what did not fit the shop that the file joins, sentences as a JSON list"
    ),
    column("reading", pa.string(), "mapping and settings that its rows were read with, JSON", nullable=False),
    column("rows_corrected", pa.int64(), "rows of the ledger that it knew otherwise when it came"),
    column("rows_enriched", pa.int64(), "rows of the ledger that it knew more of when it came"),
    column(
        "rows_removed",
        pa.int64(),
        "rows of the ledger that it took away: cancelled, or no longer part of their order",
    ),
    column("first_event", TIME, "earliest row, cancelled and unusable ones included"),
    column("last_event", TIME, "latest row, cancelled and unusable ones included: its age"),
    column("exported_at", TIME, "when it was exported, where a column says so"),
    column("has_times", pa.bool_(), "whether its dates have times of day"),
)

CONTACTS = table(
    "contacts",
    "one customer's contact details, joined only when a list is exported, and whether they may be used",
    CUSTOMER,
    column("name", pa.string(), "name"),
    column("email", pa.string(), "e-mail address"),
    column("phone", pa.string(), "phone number"),
    column("consent", pa.string(), "to be contacted: given or refused; null where nothing was said"),
    *(
        column(f"{detail}_at", TIME, f"time of the row that gave the {detail}")
        for detail in ("name", "email", "phone", "consent")
    ),
)
