"""Writes ledgers into a shop's folder for the tests of quality."""

from pathlib import Path

import pandas as pd

from churn_pipeline.core.store import TableVersion, write_table
from churn_pipeline.core.tables import REJECTED_ROWS, TRANSACTIONS

VERSION = TableVersion("test", "1")


def put_ledger(folder: Path, ledger: pd.DataFrame) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    write_table(folder, TRANSACTIONS.name, ledger, VERSION)
    return folder


def put_rejected(folder: Path, reason: str, count: int) -> None:
    rows = {"upload_sha256": "0" * 64, "row_number": range(count), "reason": reason, "raw": "{}"}
    write_table(
        folder,
        REJECTED_ROWS.name,
        pd.DataFrame(rows).reindex(columns=REJECTED_ROWS.schema.names).astype(object),
        VERSION,
    )
