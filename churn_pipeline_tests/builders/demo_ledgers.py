"""Ledgers of the generated sample shops, with their true future; simulated once per test run."""

from functools import cache

import pandas as pd

from churn_pipeline.samples import DEMO_SHOPS, simulate_demo_shop


@cache
def demo_ledger(name: str) -> pd.DataFrame:
    """All lines of a demo shop in the ledger's columns; those at or after its `data_end` are the future. Not
    to be changed in place."""
    lines = simulate_demo_shop(DEMO_SHOPS[name]).lines
    return lines.assign(order_id=lines.order_id.astype(str), is_return=lines.amount < 0, upload_sha256="0")
