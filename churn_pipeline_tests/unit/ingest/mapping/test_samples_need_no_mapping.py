"""The files in data/samples are understood without a word about their columns."""

from pathlib import Path

import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.ingest.inspect import inspect_file

SAMPLES = Path(__file__).parents[4] / "data" / "samples"
EXPECTED = {
    "cdnow.csv": {"customer_id": "customer_id", "date": "date", "amount": "amount"},
    "coffee_shop_demo.csv": {
        "card_number": "customer_id",
        "purchased_at": "date",
        "paid": "amount",
        "receipt_no": "order_id",
    },
    "ecommerce_demo.csv": {
        "user_id": "customer_id",
        "order_date": "date",
        "total_price": "amount",
        "order_id": "order_id",
    },
    "subscription_demo.csv": {"subscriber_id": "customer_id", "payment_date": "date", "amount_eur": "amount"},
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_required_columns_are_suggested(tmp_path: Path, name: str) -> None:
    found = inspect_file(SAMPLES / name, Settings(home=tmp_path))
    suggested = {column["name"]: column["suggested_field"] for column in found["columns"]}
    assert {column: suggested[column] for column in EXPECTED[name]} == EXPECTED[name]
