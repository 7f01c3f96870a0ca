"""Exports of many shop systems are understood without a word about their columns, down to the sums, the
customers and the orders."""

from pathlib import Path

import pandas as pd
import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_table
from churn_pipeline.ingest.stage import stage_uploads
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline_tests.builders.exports.export import Export
from churn_pipeline_tests.builders.exports.national import NATIONAL
from churn_pipeline_tests.builders.exports.retailers import RETAILERS
from churn_pipeline_tests.builders.exports.sales import sale_lines
from churn_pipeline_tests.builders.exports.systems import SYSTEMS


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    gross = sale_lines().assign(gross=lambda d: (d.qty * d.price).round(2))
    return gross.assign(taxed=(gross.gross * 1.105).round(3), yen=(gross.total * 100).round())


@pytest.mark.parametrize("export", (*SYSTEMS, *NATIONAL, *RETAILERS), ids=lambda e: e.name)
def test_the_export_is_read_as_a_person_would_map_it(
    tmp_path: Path, lines: pd.DataFrame, export: Export
) -> None:
    file = tmp_path / f"{export.name}.csv"
    file.write_text(export.text(lines), encoding=export.encoding, errors="replace")
    staged = stage_uploads(Settings(home=tmp_path), ShopConfig(name="shop"), [file], exact_mapping=False)
    found = {field.value: column for field, column in staged.config.mapping.items()}
    for field, column in export.mapping.items():
        assert found.get(field) in (column, export.also.get(field))
    ledger = read_table(tmp_path / "data" / "shops" / "shop" / "staged", "transactions")
    assert ledger.amount.sum() == pytest.approx(lines[export.truth].sum(), rel=1e-6)
    assert ledger.customer_id.nunique() == lines.customer.nunique()
    assert not staged.counts.get("rows_rejected")
    if "order_id" in export.mapping:
        assert ledger.order_id.nunique() == lines.order.nunique()
