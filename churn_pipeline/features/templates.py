"""The SQL templates under sql/: read, taken apart into one expression per feature, and put together into one
statement.

A family's template is one SELECT over `history` (one row per purchase day known at a cutoff, grouped by
customer and cutoff) or over `snapshot` (one row per customer, of one cutoff). Run one by one they would read
`history` once a family, so those over the same source are merged: all their expressions in one SELECT, where
an expression may use the names of earlier ones. Columns that begin with `base_` or `model_` are only read by
other expressions; they are no features."""

from functools import cache
from pathlib import Path

from sqlglot import exp, parse_one

SQL_FOLDER = Path(__file__).parent / "sql"
KEYS = ("customer_id", "cutoff")
HISTORY_FAMILIES = (
    "rfm",
    "rhythm",
    "windows",
    "horizon",
    "trend",
    "spend",
    "engagement",
    "products",
    "categories",
    "items",
    "discounts",
    "returns",
    "purchase_model",
)
TOTALS_FAMILIES = ("standing",)
FAMILIES = HISTORY_FAMILIES + TOTALS_FAMILIES


def template(name: str) -> str:
    """Text of sql/<name>.sql."""
    return (SQL_FOLDER / f"{name}.sql").read_text(encoding="utf-8")


@cache
def parsed(family: str) -> exp.Select:
    """A family's template as a syntax tree (not to be changed: copy it)."""
    tree = parse_one(template(family), dialect="duckdb")
    if not isinstance(tree, exp.Select):
        raise TypeError(f"sql/{family}.sql is not one SELECT")
    return tree


@cache
def expressions(family: str) -> dict[str, str]:
    """Feature name -> its SQL expression in the family's template, in the template's order."""
    return {
        p.alias_or_name: p.unalias().sql(dialect="duckdb")
        for p in parsed(family).selects
        if p.alias_or_name not in KEYS
    }


@cache
def merged(families: tuple[str, ...]) -> str:
    """One SELECT with the features of several families over the same source, in the order given."""
    statement = parsed(families[0]).copy()
    for family in families[1:]:
        tree = parsed(family)
        if tree.args["from_"] != statement.args["from_"] or tree.args.get("group") != statement.args.get(
            "group"
        ):
            raise ValueError(f"sql/{family}.sql does not read the same source as sql/{families[0]}.sql")
        statement = statement.select(
            *(p.copy() for p in tree.selects if p.alias_or_name not in KEYS), copy=False
        )
    names = [p.alias_or_name for p in statement.selects]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise ValueError(f"more than one template computes {twice}")
    return statement.sql(dialect="duckdb", pretty=True)
