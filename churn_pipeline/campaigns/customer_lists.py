"""Lists of customers that a shop hands in as a file: whom no campaign may contact."""

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pandas as pd

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.tables import DO_NOT_CONTACT
from churn_pipeline.core.wording import counted
from churn_pipeline.ingest.files.read import read_file
from churn_pipeline.shop.config import ColumnField
from churn_pipeline.shop.run import ShopRun

CUSTOMER_COLUMN = "customer_id"
_WHOLE_NUMBER = re.compile(r"^(\d+)\.0$")


def listed_customers(run: ShopRun, path: Path) -> pd.DataFrame:
    """The rows of a file (CSV, Excel, Parquet, JSON) that name a customer, all cells as texts, the customer's
    in `customer_id`; rows without one are left out.

    The column is customer_id, the one that the shop's files call so, or the only one. BadInput for a file
    without such a column or without a customer."""
    raw = read_file(path, run.settings)
    column = _customer_column(run, raw.columns, path)
    table = raw.cells.select(raw.columns).to_pandas().rename(columns={column: CUSTOMER_COLUMN})
    ids = table[CUSTOMER_COLUMN].astype("string").str.strip()
    ids = ids.str.replace(_WHOLE_NUMBER, r"\1", regex=True)
    named = table.assign(**{CUSTOMER_COLUMN: ids})[ids.fillna("").ne("").to_numpy(bool)]
    if named.empty:
        raise BadInput(f"{path.name}, column {column!r}: no row names a customer.")
    return named.astype({CUSTOMER_COLUMN: object}).reset_index(drop=True)


def add_do_not_contact(run: ShopRun, path: Path, now: datetime) -> list[str]:
    """Puts a file's customers on the shop's do-not-contact list, on which they stay; the caller holds the
    shop's lock. What came of it, in sentences. now: UTC, naive."""
    return add_customers(run, listed_customers(run, path)[CUSTOMER_COLUMN].tolist(), path.name, now)


def do_not_contact_list(store: ShopStore) -> pd.DataFrame:
    """The table DO_NOT_CONTACT; empty where nobody is on it."""
    if store.exists(DO_NOT_CONTACT.name):
        return store.read(DO_NOT_CONTACT.name)
    return DO_NOT_CONTACT.schema.empty_table().to_pandas()


def add_customers(run: ShopRun, customers: Sequence[str], source: str, now: datetime) -> list[str]:
    """Puts customers on the do-not-contact list; source: a file's name, or who said it. See
    add_do_not_contact."""
    store, known, given = run.store, do_not_contact_list(run.store), sorted(set(customers))
    on_it = set(known["customer_id"])
    added = [customer for customer in given if customer not in on_it]
    rows = pd.DataFrame({"customer_id": added, "since": pd.Timestamp(now), "source": source})
    merged = pd.concat([frame for frame in (known, rows) if len(frame)], ignore_index=True)
    store.write(DO_NOT_CONTACT.name, merged, "do-not-contact list")
    strangers = []
    if store.exists("customer_scores"):
        buyers = set(store.read("customer_scores", ["customer_id"])["customer_id"])
        strangers = [customer for customer in given if customer not in buyers]
    said = [
        f"{counted(len(added), 'customers')} added; the list holds {counted(len(merged), 'customers')}, "
        "whom no campaign contacts from now on."
    ]
    if strangers:
        said.append(
            f"{counted(len(strangers), 'customers')} of them have no order in this shop, such as "
            f"{strangers[0]!r}: look whether the ids are written as in the shop's files."
        )
    return said


def _customer_column(run: ShopRun, columns: list[str], path: Path) -> str:
    mapped = run.config.mapping.get(ColumnField.CUSTOMER_ID)
    for name in (CUSTOMER_COLUMN, mapped):
        if name in columns:
            return str(name)
    if len(columns) == 1:
        return columns[0]
    expected = " or ".join(dict.fromkeys([CUSTOMER_COLUMN, *([mapped] if mapped else [])]))
    raise BadInput(
        f"{path.name}: expected a column {expected} with the customers' ids; it has {', '.join(columns)}."
    )
