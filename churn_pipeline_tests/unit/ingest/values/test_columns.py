"""Cells of a file as columns of the ledger: ids and texts, and amounts made of price and pieces."""

from pathlib import Path

import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_table
from churn_pipeline.ingest.stage import stage_uploads
from churn_pipeline.shop.config import ColumnField, ShopConfig


def ledger_of(tmp_path: Path, lines: str, **mapping: str):
    path, settings = tmp_path / "shop.csv", Settings(home=tmp_path)
    path.write_text(lines, encoding="utf-8")
    mapped = {ColumnField(field): column for field, column in mapping.items()}
    stage_uploads(settings, ShopConfig(name="s"), [path], mapping=mapped, exact_mapping=True)
    return read_table(settings.shops_dir / "s" / "staged", "transactions")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("12345.0", "12345"),
        ("00123", "00123"),
        ("\u00a0 K7 \u200b", "K7"),
        ("K7.0", "K7.0"),
        ("1.50", "1.50"),
    ],
)
def test_ids_are_texts_trimmed_and_without_the_point_of_a_spreadsheet(tmp_path, written, read):
    rows = ledger_of(tmp_path, f"c,d,t\n{written},2024-01-05,7\n", customer_id="c", date="d", amount="t")
    assert rows.customer_id.tolist() == [read]


def test_without_a_total_the_amount_is_price_times_pieces_at_four_decimals(tmp_path):
    rows = ledger_of(
        tmp_path,
        "c,d,n,p\na,2024-01-05,3,0.1\nb,2024-01-05,-2,4.5\n",
        customer_id="c",
        date="d",
        quantity="n",
        unit_price="p",
    )
    assert rows.set_index("customer_id").amount.to_dict() == {"a": 0.3, "b": -9.0}
    assert rows.set_index("customer_id").is_return.to_dict() == {"a": False, "b": True}
