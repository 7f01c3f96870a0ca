"""Which columns of the ledger a feature is computed from, found in the SQL by sqlglot."""

from functools import cache

from sqlglot import exp, parse_one
from sqlglot.lineage import Node, lineage

from churn_pipeline.core.tables import TRANSACTIONS
from churn_pipeline.features.catalogue import CATALOGUE, Feature
from churn_pipeline.features.purchases import row_views
from churn_pipeline.features.templates import HISTORY_FAMILIES, TOTALS_FAMILIES, merged, template
from churn_pipeline.shop.orders import orders_sql

_ELIGIBLE = f"SELECT customer_id, ordered_at AS last_order_at, ordered_at AS cutoff FROM ({orders_sql()})"  # noqa: S608

_NEEDED_COLUMN = {"time": "ts", "returns": "is_return"}


@cache
def source_columns(name: str) -> tuple[str, ...]:
    """Columns of `transactions` that the feature is computed from, in the ledger's order; not those that only
    group or join."""
    entry = next(f for f in CATALOGUE if f.name == name)
    found = {column for output in _outputs(entry) for column in _leaves(output)} | {
        _NEEDED_COLUMN.get(n, n) for n in entry.needs
    }
    return tuple(c for c in TRANSACTIONS.schema.names if c in found)


def _outputs(entry: Feature) -> list[str]:
    """Columns of the SQL that a feature is, or, of the purchase models', that its formula reads."""
    if entry.family != "purchase_model":
        return [entry.name]
    formula = parse_one(entry.sql, dialect="duckdb")
    return sorted({c.name for c in formula.find_all(exp.Column) if c.name.startswith("model_")})


def _leaves(output: str) -> set[str]:
    return {n.name.rpartition(".")[2] for n in _nodes()[output].walk() if _is_ledger(n)}


def _is_ledger(node: Node) -> bool:
    return isinstance(node.expression, exp.Table) and node.expression.name == TRANSACTIONS.name


@cache
def _nodes() -> dict[str, Node]:
    """Lineage of every column of totals and standing, from one statement of common table expressions that
    begins at the ledger."""
    steps = {
        "ledger_part": "SELECT * FROM transactions",
        "customers": "SELECT DISTINCT customer_id, customer_id AS code FROM transactions",
        "categories": "SELECT DISTINCT category, category AS code FROM transactions",
        "cutoffs": "SELECT DISTINCT CAST(NULL AS TIMESTAMP) AS cutoff",
        "known_days": "SELECT DISTINCT CAST(NULL AS DATE) AS day, cutoff AS known_at FROM cutoffs",
        **row_views({"product", "category"}),
        "eligible": _ELIGIBLE,
        "history": template("history"),
        "totals": merged(HISTORY_FAMILIES),
        "snapshot": "SELECT * FROM totals",
        "standing": merged(TOTALS_FAMILIES),
    }
    parts = ", ".join(f"{name} AS ({sql}\n)" for name, sql in steps.items())
    sql = (
        f"WITH {parts} SELECT totals.*, standing.* EXCLUDE (customer_id, "  # noqa: S608
        f"cutoff) FROM totals JOIN standing USING (customer_id, cutoff)"
    )
    schema = {TRANSACTIONS.name: dict.fromkeys(TRANSACTIONS.schema.names, "VARCHAR")}
    nodes = lineage(None, _with_windows_inline(sql), schema, dialect="duckdb")
    if not isinstance(nodes, dict):
        raise TypeError("lineage of all columns is expected as a dictionary")
    return nodes


def _with_windows_inline(sql: str) -> str:
    """The statement with `OVER name` spelled out, since lineage does not follow the WINDOW clause."""
    tree = parse_one(sql, dialect="duckdb")
    for select in tree.find_all(exp.Select):
        named = {w.name: w for w in select.args.get("windows") or []}
        for window in [w for p in select.selects for w in p.find_all(exp.Window) if w.alias in named]:
            spelled = named[window.alias]
            window.set("partition_by", [p.copy() for p in spelled.args["partition_by"]])
            window.set("order", spelled.args["order"].copy())
            window.set("alias", None)
    return tree.sql(dialect="duckdb")
