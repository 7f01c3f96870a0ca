"""Pages of customers, and the cursor by which the next page belongs to the same list."""

import base64
import hashlib
import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.callers import Caller
from churn_pipeline.service.customers.customer_file import CustomerFile, current_file, file_of_version
from churn_pipeline.service.customers.filters import CustomerFilter, Order, parse_order
from churn_pipeline.service.shops import opened

LARGEST_PAGE = 1000
POSITIONS_KEPT = 10_000
LAST_OFFSET = 2**31


@dataclass(frozen=True)
class Page:
    """total: customers that the filter fits; rows: JSON objects as text; cursor: of the next page, None at
    the end; version: of the list."""

    total: int
    page: int
    rows: list[str]
    cursor: str | None
    version: str

    def to_json(self) -> str:
        """The document of the API, see answers.CustomerPage."""
        head = {"total": self.total, "page": self.page, "next_cursor": self.cursor, "version": self.version}
        return f'{json.dumps(head)[:-1]}, "customers": [{", ".join(self.rows)}]}}'


def customer_page(
    settings: Settings,
    caller: Caller,
    shop: str,
    wanted: CustomerFilter,
    sort: str | None = None,
    limit: int = 100,
    offset: int = 0,
    cursor: str | None = None,
) -> Page:
    """A page of a shop's customers.

    With a cursor the page is of the list that the cursor is of, also after a run has renewed it; filter and
    order have to be the same. BadInput for a cursor of another list, Outdated for one that is no longer kept.
    """
    folder = opened(settings, caller, shop).store.folder
    fingerprint = _fingerprint(shop, wanted, sort)
    if cursor is not None:
        if offset:
            raise BadInput("A cursor says where its page begins: give it without an offset.")
        version, offset = _parsed(cursor, fingerprint)
        file = file_of_version(settings, shop, version)
    else:
        file = current_file(settings, folder)
    condition, values = wanted.conditions(file.columns)
    order = parse_order(sort, file.columns)
    total = _count(file, condition, tuple(values))
    rows = _rows(file, condition, values, order, limit, offset)
    end = offset + len(rows)
    following = _cursor(file.version, end, fingerprint) if rows and end < total else None
    return Page(total, offset // max(limit, 1) + 1, rows, following, file.version)


def customers_version(settings: Settings, caller: Caller, shop: str) -> str:
    """The version of the shop's list as it is now, for an ETag."""
    return current_file(settings, opened(settings, caller, shop).store.folder).version


def _rows(
    file: CustomerFile, condition: str, values: list[Any], order: Order, limit: int, offset: int
) -> list[str]:
    if condition == "TRUE" and not order.column:  # the rows lie in this order: the page is a range of it
        return file.at_hand().shown(list(range(min(offset, file.rows), min(offset + limit, file.rows))))
    if offset + limit <= POSITIONS_KEPT:
        positions = _first_positions(file, condition, tuple(values), order)[offset : offset + limit]
    else:
        positions = _positions(file, condition, values, order, limit, offset)
    return file.at_hand().shown(list(positions))


@lru_cache(maxsize=256)
def _first_positions(
    file: CustomerFile, condition: str, values: tuple[Any, ...], order: Order
) -> Sequence[int]:
    """Who leafs through a sorted list asks for it page by page: it is sorted once."""
    return array("I", _positions(file, condition, list(values), order, POSITIONS_KEPT, 0))


def _positions(
    file: CustomerFile, condition: str, values: list[Any], order: Order, limit: int, offset: int
) -> list[int]:
    sql = f"SELECT position FROM customers WHERE {condition} ORDER BY {order.sql()} LIMIT ? OFFSET ?"  # noqa: S608
    with file.cursor() as cursor:
        return [int(row[0]) for row in cursor.execute(sql, [*values, limit, offset]).fetchall()]


@lru_cache(maxsize=4096)
def _count(file: CustomerFile, condition: str, values: tuple[Any, ...]) -> int:
    if condition == "TRUE":
        return file.rows
    with file.cursor() as cursor:
        counted = cursor.execute(f"SELECT count(*) FROM customers WHERE {condition}", list(values))  # noqa: S608
        return int(counted.fetchall()[0][0])


def _fingerprint(shop: str, wanted: CustomerFilter, sort: str | None) -> str:
    """What a cursor is of: the shop, the filter and the order."""
    text = json.dumps([shop, wanted.model_dump(mode="json"), sort or ""], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _cursor(version: str, offset: int, fingerprint: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([version, offset, fingerprint]).encode()).decode().rstrip("=")


def _parsed(cursor: str, fingerprint: str) -> tuple[str, int]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        version, offset, of = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        if type(offset) is not int or not 0 <= offset <= LAST_OFFSET:
            raise ValueError(offset)
    except (ValueError, TypeError) as error:
        raise BadInput("The cursor is not one that was given; take next_cursor as it is.") from error
    if of != fingerprint:
        raise BadInput("The cursor belongs to another list: keep filter and sort as they were.")
    return str(version), offset
