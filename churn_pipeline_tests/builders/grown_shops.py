"""Shops whose ledger has grown since their results were made."""

import pandas as pd

from churn_pipeline.core.store import TableVersion, write_json, write_table
from churn_pipeline.core.tables import UPLOADS
from churn_pipeline.orchestration.automation.sensors import file_drop
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import save_shop, shop_folder
from churn_pipeline_tests.builders.dropped_files import tick
from churn_pipeline_tests.builders.ledgers import simulated_ledger

VERSION = TableVersion("run", "grown")


def grown(settings, shop, route="file_drop", scored="before"):
    """A shop whose ledger has the version 'grown', delivered by a route, and whose results are of the version
    `scored`."""
    folder = shop_folder(settings, shop)
    save_shop(settings, ShopConfig(name=shop))
    rows = simulated_ledger(customers=20)
    write_table(folder, "transactions", rows, VERSION)
    upload = {
        "upload_sha256": "0" * 64,
        "file_name": "a.csv",
        "uploaded_at": rows.ts.max(),
        "route": route,
        "mode": "append",
        "reading": "{}",
    }
    counts = dict.fromkeys(("rows_in", "rows_kept", "rows_rejected", "rows_known", "exact_duplicates"), 1)
    times = {"first_ts": rows.ts.min(), "last_ts": rows.ts.max()}
    write_table(folder, "uploads", _frame(upload | counts | times), VERSION)
    if scored:
        write_json(folder / "results.json", {"tables": {"transactions": {"data_version": scored}}})


def _frame(row):
    return pd.DataFrame([row]).reindex(columns=UPLOADS.schema.names).astype(object)


def requested(settings, instance):
    """(shop, job, run key) of what a tick of the file-drop sensor asks for."""
    return [(r.partition_key, r.job_name, r.run_key) for r in tick(file_drop, instance).run_requests]
