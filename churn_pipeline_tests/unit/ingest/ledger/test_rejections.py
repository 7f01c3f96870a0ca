"""Whom a till or shop system does not know is no customer, in any of many languages."""

from pathlib import Path

import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_table
from churn_pipeline.ingest.stage import stage_uploads
from churn_pipeline.shop.config import ShopConfig

NOBODY = (
    "Walk-in Customer",
    "Laufkundschaft",
    "(none)",
    "?",
    "Invité",
    "ゲスト",
    "비회원",
    "Consumidor Final",
)
SOMEBODY = ("K1", "Gasthaus Krone", "00", "Guest 17", "Anna")


@pytest.mark.parametrize(("customer", "kept"), [(c, 1) for c in NOBODY] + [(c, 2) for c in SOMEBODY])
def test_sales_to_nobody_known_are_set_aside(tmp_path: Path, customer: str, kept: int):
    settings, file = Settings(home=tmp_path), tmp_path / "sales.csv"
    file.write_text(f"customer_id,date,amount\n{customer},2024-01-31,5\nK2,2024-01-30,5\n", encoding="utf-8")
    staged = stage_uploads(settings, ShopConfig(name="tea"), [file], exact_mapping=False)
    assert staged.counts["ledger_rows"] == kept
    assert len(read_table(tmp_path / "data" / "shops" / "tea" / "staged", "transactions")) == kept
    assert staged.counts.get("rejected_anonymous_sale", 0) == 2 - kept
