"""One customer in full: the score and its reasons, the value, the orders, earlier scores."""

import json
from typing import TYPE_CHECKING, Any

from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.callers import Caller
from churn_pipeline.service.customers.customer_file import current_file
from churn_pipeline.service.shops import opened
from churn_pipeline.service.what_if import champion

if TYPE_CHECKING:
    import duckdb

ORDERS_SHOWN = 100


def customer(
    settings: Settings, caller: Caller, shop: str, customer_id: str, orders: int = ORDERS_SHOWN
) -> dict[str, Any]:
    """A customer as the list has it, with `currency`, `as_of`, `first_order_at`, `history` (the newest
    orders) and `recommended_action` (null where none pays); NotFound for an unknown one."""
    run = opened(settings, caller, shop)
    file = current_file(settings, run.store.folder)
    rows = file.at_hand()
    place = rows.place(customer_id)
    if place is None:
        raise NotFound(f"Shop {shop!r} has no customer {customer_id!r}.")
    newest, known = place["orders_from"], place["orders"]
    first = rows.orders(newest + known - 1, 1)[0]["ordered_at"] if known else None
    return {
        **json.loads(rows.shown([place["position"]])[0]),
        "currency": run.config.currency,
        "as_of": file.as_of,
        "version": file.version,
        "first_order_at": first,
        "history": rows.orders(newest, min(orders, known)),
        "recommended_action": rows.action(place["position"]),
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
