"""Small files written out by hand and delivered to one shop, one after the other."""

from pathlib import Path

import pandas as pd

from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_table
from churn_pipeline.ingest.ledger.publish_ledger import publish_staged
from churn_pipeline.ingest.stage import Staged, stage_uploads
from churn_pipeline.shop.config import ColumnField as F
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import load_shop, shop_folder

SHOP = "corner"
FIELDS = {
    "customer": F.CUSTOMER_ID, "order": F.ORDER_ID, "date": F.DATE, "amount": F.AMOUNT,
    "product": F.PRODUCT, "category": F.CATEGORY,
    "state": F.STATUS, "email": F.EMAIL, "exported": F.EXPORTED_AT,
}  # fmt: skip


def deliver(settings: Settings, path: Path, rows: pd.DataFrame | str, **options) -> Staged:
    """Writes rows (or lines of CSV) to a file and takes it into the ledger."""
    if isinstance(rows, str):
        path.write_text(rows)
    else:
        rows.to_csv(path, index=False)
    columns = path.read_text().partition("\n")[0].split(",")
    try:
        config = load_shop(settings, SHOP)
    except NotFound:
        config = ShopConfig(name=SHOP)
    mapping = {FIELDS[c]: c for c in columns}
    staged = stage_uploads(
        settings, config, [path], mapping=mapping, exact_mapping=True, run_id="run", **options
    )
    publish_staged(settings, SHOP, "run")
    return staged


def ledger(settings: Settings, name: str = "transactions") -> pd.DataFrame:
    """A table of the shop."""
    return read_table(shop_folder(settings, SHOP), name)


HEAD = "customer,order,date,amount,product\n"
EDGES = "z,first,2024-01-01 08:00,1,q\n", "z,last,2024-03-01 08:00,1,q\n"


def between(*lines: str) -> str:
    """A file of these lines between an order at its first and one at its last instant."""
    return HEAD + EDGES[0] + "".join(f"{line}\n" for line in lines) + EDGES[1]
