"""Lists of customers that a shop hands in as a file: whom no campaign may contact."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.tables import DO_NOT_CONTACT
from churn_pipeline.core.wording import counted, counted_doing
from churn_pipeline.ingest.files.raw import RawTable
from churn_pipeline.ingest.files.read import read_file
from churn_pipeline.ingest.mapping.field_names import name_score
from churn_pipeline.shop.config import ColumnField
from churn_pipeline.shop.run import ShopRun

CUSTOMER_COLUMN = "customer_id"
SURE_NAME = 0.6
_WHOLE_NUMBER = re.compile(r"^(\d+)\.0$")


def listed_customers(run: ShopRun, path: Path) -> pd.DataFrame:
    """The rows of a file (CSV, Excel, Parquet, JSON) that name a customer, all cells as texts, the customer's
    in `customer_id`; rows without one are left out.

    The column is customer_id, the one that the shop's files call so, or the only one where it has no heading
    or one that customers' ids have elsewhere. BadInput for a file without such a column or without a
    customer."""
    raw = read_file(path, run.settings)
    column = _customer_column(run, raw, path)
    table = raw.cells.select(raw.columns).to_pandas().rename(columns={column: CUSTOMER_COLUMN})
    ids = table[CUSTOMER_COLUMN].astype("string").str.strip()
    ids = ids.str.replace(_WHOLE_NUMBER, r"\1", regex=True)
    named = table.assign(**{CUSTOMER_COLUMN: ids})[ids.fillna("").ne("").to_numpy(bool)]
    if named.empty:
        raise BadInput(f"{path.name}, column {column!r}: no row names a customer.")
    return named.astype({CUSTOMER_COLUMN: object}).reset_index(drop=True)


@dataclass(frozen=True)
class ListChange:
    """What a change of the do-not-contact list came to. given: customers named; total: on it afterwards;
    without_orders: of those given, the ones whom the shop's scores do not know."""

    given: int
    added: int
    removed: int
    total: int
    without_orders: list[str]

    @property
    def sentences(self) -> list[str]:
        """The same in words."""
        holds = f"the list holds {counted(self.total, 'customers')}, whom no campaign contacts"
        done = f"{counted(self.removed, 'customers')} taken off" if self.removed else ""
        done = done or f"{counted(self.added, 'customers')} added"
        return [f"{done}; {holds}.", *strangers_in_words(self.without_orders)]


def add_do_not_contact(run: ShopRun, path: Path, now: datetime) -> ListChange:
    """Puts a file's customers on the shop's do-not-contact list; the caller holds the shop's lock. now: UTC,
    naive."""
    return add_customers(run, listed_customers(run, path)[CUSTOMER_COLUMN].tolist(), path.name, now)


def do_not_contact_list(store: ShopStore) -> pd.DataFrame:
    """The table DO_NOT_CONTACT; empty where nobody is on it."""
    if store.exists(DO_NOT_CONTACT.name):
        return store.read(DO_NOT_CONTACT.name)
    return DO_NOT_CONTACT.schema.empty_table().to_pandas()


def add_customers(run: ShopRun, customers: Sequence[str], source: str, now: datetime) -> ListChange:
    """Puts customers on the do-not-contact list; source: a file's name, or who said it. See
    add_do_not_contact."""
    known, given = do_not_contact_list(run.store), sorted(set(customers))
    on_it = set(known["customer_id"])
    added = [customer for customer in given if customer not in on_it]
    rows = pd.DataFrame({"customer_id": added, "since": pd.Timestamp(now), "source": source})
    merged = pd.concat([frame for frame in (known, rows) if len(frame)], ignore_index=True)
    _write(run.store, merged)
    return ListChange(len(given), len(added), 0, len(merged), without_orders(run.store, given))


def remove_customers(run: ShopRun, customers: Sequence[str]) -> ListChange:
    """Takes customers off the list again; the caller holds the shop's lock. NotFound, naming them, where one
    does not stand on it: nothing is changed then."""
    known, given = do_not_contact_list(run.store), sorted(set(customers))
    strangers = sorted(set(given) - set(known["customer_id"]))
    if strangers:
        shown = ", ".join(repr(customer) for customer in strangers[:5])
        raise NotFound(
            f"{counted_doing(len(strangers), 'customers', 'does', 'do')} not stand on the do-not-contact "
            f"list ({shown}): nobody was taken off; look how the ids are written there."
        )
    kept = known[~known["customer_id"].isin(given)].reset_index(drop=True)
    _write(run.store, kept)
    return ListChange(len(given), 0, len(given), len(kept), [])


def _write(store: ShopStore, rows: pd.DataFrame) -> None:
    store.write(DO_NOT_CONTACT.name, rows, "do-not-contact list")


def strangers_in_words(strangers: Sequence[str]) -> list[str]:
    """A sentence about ids that no order of the shop has; none where there are none."""
    if not strangers:
        return []
    return [
        f"{counted_doing(len(strangers), 'customers', 'has', 'have')} no order in this shop, such as "
        f"{strangers[0]!r}: look whether the ids are written as in the shop's files."
    ]


def without_orders(store: ShopStore, customers: Sequence[str]) -> list[str]:
    """Those of the ids that the shop's scores do not know; none before the first scoring."""
    if not store.exists("customer_scores"):
        return []
    buyers = set(store.read("customer_scores", ["customer_id"])["customer_id"])
    return [customer for customer in customers if customer not in buyers]


def _customer_column(run: ShopRun, raw: RawTable, path: Path) -> str:
    columns, mapped = raw.columns, run.config.mapping.get(ColumnField.CUSTOMER_ID)
    for name in (CUSTOMER_COLUMN, mapped):
        if name in columns:
            return str(name)
    if len(columns) == 1 and (not raw.origin.has_header or _names_customers(columns[0])):
        return columns[0]
    expected = " or ".join(dict.fromkeys([CUSTOMER_COLUMN, *([mapped] if mapped else [])]))
    raise BadInput(
        f"{path.name}: expected a column {expected} with the customers' ids; it has {', '.join(columns)}."
    )


def _names_customers(heading: str) -> bool:
    return heading.lower() == "id" or name_score(heading, ColumnField.CUSTOMER_ID) >= SURE_NAME
