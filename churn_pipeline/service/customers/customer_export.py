"""The customers that a filter fits, as a file."""

from typing import TYPE_CHECKING

from churn_pipeline.core.settings import Settings
from churn_pipeline.reports.export import Format, write_table_to
from churn_pipeline.service.callers import Caller
from churn_pipeline.service.customers.customer_file import CustomerFile, current_file
from churn_pipeline.service.customers.filters import CustomerFilter, parse_order
from churn_pipeline.service.customers.rows_at_hand import HIDDEN
from churn_pipeline.service.exports import ExportedFile, exported_file
from churn_pipeline.service.shops import opened

if TYPE_CHECKING:
    import pandas as pd

REASONS = "list_transform(top_risk_factors, lambda f: f.reason) AS reasons"


def export_customers(
    settings: Settings,
    caller: Caller,
    shop: str,
    wanted: CustomerFilter,
    sort: str | None,
    file_format: Format,
) -> ExportedFile:
    """All customers of a filter in the order of the list, with their reasons in words, in a file of its own.

    BadInput for a filter or order that cannot be, and for more rows than a worksheet holds; NotFound before
    the first scoring."""
    file = current_file(settings, opened(settings, caller, shop).store.folder)
    table = _customers(file, wanted, sort)
    name = f"{shop}-customers.{file_format}"
    return exported_file(
        settings, name, file_format, lambda path: write_table_to(table, file_format, path, [])
    )


def _customers(file: CustomerFile, wanted: CustomerFilter, sort: str | None) -> "pd.DataFrame":
    condition, values = wanted.conditions(file.columns)
    order = parse_order(sort, file.columns).sql()
    shown = [REASONS if name == "top_risk_factors" else f'"{name}"' for name in file.columns]
    names = [name for name, column in zip(shown, file.columns, strict=True) if column not in HIDDEN]
    sql = (
        f"SELECT {', '.join(names)}, days_since_last_order FROM customers WHERE {condition} ORDER BY {order}"  # noqa: S608
    )
    with file.cursor() as cursor:
        return cursor.execute(sql, values).df()
