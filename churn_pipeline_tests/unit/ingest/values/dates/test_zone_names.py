"""Names of time zones behind a time, as in PST and MESZ."""

from pathlib import Path

import pandas as pd
import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_table
from churn_pipeline.ingest.stage import stage_uploads
from churn_pipeline.shop.config import ColumnField, ShopConfig


@pytest.mark.parametrize(
    ("texts", "zone", "expected"),
    [
        (
            ["2024-01-05 10:00:00 PST", "2024-07-05 10:00:00 PDT"],
            None,
            ["2024-01-05 10:00", "2024-07-05 10:00"],
        ),
        (
            ["2024-01-05 10:00:00 PST", "2024-07-05 10:00:00 PDT"],
            "Europe/Berlin",
            ["2024-01-05 19:00", "2024-07-05 19:00"],
        ),
        (
            ["Fri Jan 05 10:00:00 CET 2024", "Fri Jul 05 10:00:00 CEST 2024"],
            "UTC",
            ["2024-01-05 09:00", "2024-07-05 08:00"],
        ),
        (["05.01.2024 10:00 MEZ", "25.07.2024 10:00 MESZ"], None, ["2024-01-05 10:00", "2024-07-25 10:00"]),
        (
            ["Jan 5, 2024 10:00:00 PM PST", "Jul 5, 2024 10:00:00 PM PDT"],
            None,
            ["2024-01-05 22:00", "2024-07-05 22:00"],
        ),
        (
            ["2024-01-05 10:00:00 PST", "2024-01-05 10:00:00 JST"],
            None,
            ["2024-01-05 01:00", "2024-01-05 18:00"],
        ),
    ],
)
def test_names_of_zones(tmp_path: Path, texts: list[str], zone: str | None, expected: list[str]):
    path, settings = tmp_path / "shop.csv", Settings(home=tmp_path)
    pd.DataFrame({"c": "a", "d": texts, "t": 5}).to_csv(path, index=False)
    mapping = {ColumnField.CUSTOMER_ID: "c", ColumnField.DATE: "d", ColumnField.AMOUNT: "t"}
    stage_uploads(settings, ShopConfig(name="s", timezone=zone), [path], mapping=mapping, exact_mapping=True)
    ledger = read_table(settings.shops_dir / "s" / "staged", "transactions")
    assert sorted(ledger.ts) == [pd.Timestamp(e) for e in expected]
