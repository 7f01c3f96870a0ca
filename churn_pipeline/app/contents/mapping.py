"""The fields of a file, as the page asks for them, and what to send to the API for them."""

from typing import Any

from churn_pipeline.core.wording import percent
from churn_pipeline.shop.config import ColumnField

REQUIRED = (ColumnField.CUSTOMER_ID, ColumnField.DATE, ColumnField.AMOUNT)
NO_COLUMN = "(not in this file)"
FIELD_NAMES = {
    ColumnField.CUSTOMER_ID: "Customer",
    ColumnField.DATE: "Date of purchase",
    ColumnField.AMOUNT: "Amount",
    ColumnField.ORDER_ID: "Order number",
    ColumnField.PRODUCT: "Product",
    ColumnField.CATEGORY: "Category",
    ColumnField.QUANTITY: "Quantity",
    ColumnField.DISCOUNT: "Discount",
    ColumnField.UNIT_PRICE: "Price of a piece",
    ColumnField.STATUS: "State of the order",
    ColumnField.NAME: "Customer's name",
    ColumnField.EMAIL: "E-mail",
    ColumnField.PHONE: "Telephone",
    ColumnField.CONSENT: "May be contacted (yes or no)",
    ColumnField.EXPORTED_AT: "Time of the export",
}


def suggested_column(upload: dict[str, Any], field: ColumnField) -> str:
    """The column that probably is the field's, NO_COLUMN where none is."""
    suggestion = upload["suggested_mapping"].get(field.value)
    return str(suggestion["column"]) if suggestion else NO_COLUMN


def confidence(upload: dict[str, Any], field: ColumnField, chosen: str) -> str:
    """How sure the suggestion is, in words; says too that another column or none was chosen."""
    suggestion = upload["suggested_mapping"].get(field.value)
    if chosen == NO_COLUMN:
        return "needed" if field in REQUIRED[:2] else "left out"
    if suggestion and suggestion["column"] == chosen:
        return f"suggested, {percent(suggestion['confidence'])} sure"
    return "chosen by you"


def chosen_mapping(choices: dict[ColumnField, str]) -> dict[str, str]:
    """Field -> column of the fields that have one."""
    return {field.value: column for field, column in choices.items() if column != NO_COLUMN}


def missing_fields(mapping: dict[str, str]) -> list[str]:
    """What still has to be chosen, in words: customer, date, and an amount or a price with a quantity."""
    missing = [FIELD_NAMES[f] for f in REQUIRED[:2] if f.value not in mapping]
    priced = {ColumnField.UNIT_PRICE.value, ColumnField.QUANTITY.value} <= mapping.keys()
    return missing if priced or ColumnField.AMOUNT.value in mapping else [*missing, "Amount"]


def columns_used_twice(mapping: dict[str, str]) -> list[str]:
    """Columns that stand for more than one field."""
    return sorted({c for c in mapping.values() if list(mapping.values()).count(c) > 1})
