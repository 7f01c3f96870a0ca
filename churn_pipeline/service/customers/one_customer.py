"""One customer in full: the score and its reasons, the value, the orders, earlier scores."""

import json
from typing import TYPE_CHECKING, Any

from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.callers import Caller
from churn_pipeline.service.customers.customer_file import current_file
from churn_pipeline.service.customers.pages import shown_columns
from churn_pipeline.service.shops import opened
from churn_pipeline.service.what_if import champion

if TYPE_CHECKING:
    import duckdb

ORDERS_SHOWN = 100
_ORDERS = """
    SELECT ordered_at, order_id, amount, lines FROM orders WHERE customer_id = ?
    ORDER BY ordered_at DESC, order_id LIMIT ?
"""
_FIRST = "SELECT min(ordered_at) FROM orders WHERE customer_id = ?"
_ACTION = "SELECT * EXCLUDE (customer_id) FROM actions WHERE customer_id = ?"


def customer(
    settings: Settings, caller: Caller, shop: str, customer_id: str, orders: int = ORDERS_SHOWN
) -> dict[str, Any]:
    """A customer as the list has it, with `currency`, `as_of`, `first_order_at`, `history` (the newest
    orders) and `recommended_action` (null where none pays); NotFound for an unknown one."""
    run = opened(settings, caller, shop)
    file = current_file(settings, run.store.folder)
    sql = f"""
        SELECT to_json(shown), as_of FROM (
            SELECT {shown_columns(file.columns)} FROM customers
            WHERE position = (SELECT position FROM places WHERE customer_id = $id)
        ) AS shown, (SELECT as_of FROM customers WHERE position = 0)
    """  # noqa: S608 - names of our own columns
    with file.cursor() as cursor:
        found = cursor.execute(sql, {"id": customer_id}).fetchall()
        if not found:
            raise NotFound(f"Shop {shop!r} has no customer {customer_id!r}.")
        history = _rows(cursor, _ORDERS, [customer_id, orders])
        first = cursor.execute(_FIRST, [customer_id]).fetchall()[0][0]
        actions = _rows(cursor, _ACTION, [customer_id]) if "actions" in file.tables else []
    known: dict[str, Any] = json.loads(found[0][0])
    return {
        **known,
        "currency": run.config.currency,
        "as_of": found[0][1].isoformat(),
        "version": file.version,
        "first_order_at": None if first is None else first.isoformat(),
        "history": history,
        "recommended_action": actions[0] if actions else None,
    }


def earlier_scores(settings: Settings, caller: Caller, shop: str, customer_id: str) -> list[dict[str, Any]]:
    """Every score that a customer was given, oldest first; NotFound for an unknown customer."""
    run = opened(settings, caller, shop)
    if not run.store.exists("score_history"):
        raise NotFound(f"Shop {shop!r} has no scores yet; train it first, then ask again.")
    sql = """
        SELECT * EXCLUDE (customer_id, run_id)
        FROM score_history WHERE customer_id = ? ORDER BY scored_at
    """
    with run.store.query(["score_history"], threads=1) as connection:
        found = _rows(connection, sql, [customer_id])
    if not found:
        # Of very many lapsed or new customers not all have receipts.
        customer(settings, caller, shop, customer_id, orders=0)
    return found


def explained(
    settings: Settings,
    caller: Caller,
    shop: str,
    customer_id: str,
    *,
    with_lime: bool = False,
    with_picture: bool = False,
) -> tuple[dict[str, Any], bytes]:
    """Every factor and feature behind a probability: see scoring.explained_customer.

    with_picture: the waterfall plot (PNG) too, empty otherwise; with_lime: a second opinion, where LIME is
    installed."""
    from churn_pipeline.scoring.explained_customer import drawn, explained_customer, second_opinion

    run = opened(settings, caller, shop)
    model = champion(settings, caller, shop)
    document, explanation = explained_customer(run, model, customer_id)
    if with_lime:
        document["lime"] = second_opinion(run, model, customer_id)
    return document, drawn(explanation) if with_picture else b""


def explanation_in_words(document: dict[str, Any]) -> str:
    """An explanation for a terminal."""
    from churn_pipeline.scoring import explained_customer

    return explained_customer.explanation_in_words(document)


def _rows(cursor: "duckdb.DuckDBPyConnection", sql: str, values: list[Any]) -> list[dict[str, Any]]:
    """Rows as JSON has them."""
    from churn_pipeline.core.documents.json_values import json_safe

    found = cursor.execute(sql, values)
    names = [str(column[0]) for column in found.description]
    rows: list[dict[str, Any]] = json_safe([dict(zip(names, row, strict=True)) for row in found.fetchall()])
    return rows
