"""The customers of a filter as a file."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from churn_pipeline.core.errors import BadInput
from churn_pipeline.reports.export import Format
from churn_pipeline.service.callers import LOCAL
from churn_pipeline.service.customers.customer_export import export_customers
from churn_pipeline.service.customers.filters import CustomerFilter
from churn_pipeline.service.exports import discard
from churn_pipeline_tests.builders.scored_home import SCORED

HIGH = CustomerFilter(risk_tier=["high"])


def read_workbook(path: Path, **options: Any) -> pd.DataFrame:
    return pd.read_excel(path, engine="calamine", **options)


@pytest.mark.parametrize(("kind", "read"), [(Format.CSV, pd.read_csv), (Format.XLSX, read_workbook)])
def test_the_file_has_everyone_who_fits_in_the_order_asked_for(scored, kind, read):
    settings, shop = scored
    file = export_customers(settings, LOCAL, SCORED, HIGH, "-clv", kind)
    table = read(file.path, dtype={"customer_id": str})
    high = shop.scores[shop.scores.risk_tier == "high"].sort_values("clv", ascending=False)
    assert table.customer_id.tolist() == high.customer_id.tolist()
    assert file.rows == len(high)
    first = high.iloc[0].top_risk_factors
    assert table.reasons[0].split("; ") == [factor["reason"] for factor in first]
    discard(file.path)
    assert not file.path.parent.exists()


def test_an_order_that_cannot_be_leaves_no_file(scored):
    settings, _ = scored
    with pytest.raises(BadInput, match="sort='nonsense'"):
        export_customers(settings, LOCAL, SCORED, HIGH, "nonsense", Format.CSV)
    assert not list((settings.cache_dir / "exports").glob("*/*"))
