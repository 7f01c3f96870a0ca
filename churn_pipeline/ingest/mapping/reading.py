"""What a file's columns mean for a shop: decided once per upload and kept in its register, so that the ledger
can be rebuilt."""

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

from churn_pipeline.core.errors import BadInput
from churn_pipeline.shop.config import ColumnField, ShopConfig


@dataclass(frozen=True)
class Reading:
    """The mapping and the settings under which an upload's rows become ledger rows."""

    mapping: dict[ColumnField, str]
    date_format: str | None = None
    date_order: str | None = None
    timezone: str | None = None
    decimal_sign: Literal[".", ","] | None = None
    sheet: str | None = None
    amount_per: Literal["line", "order"] = "line"
    duplicates: Literal["keep", "drop"] = "keep"
    exclude_customers: tuple[str, ...] = field(default=())
    discount_is: Literal["amount", "percent", "fraction"] | None = None
    order_ids: Literal["shop", "day"] | None = None
    currency: str | None = None
    ids_by: Literal["text", "digits"] = "text"

    def same_as(self, other: "Reading") -> bool:
        """Whether both read a file alike; order of day and month and currency follow from the file, who is
        excluded is the shop's."""
        follows = {"date_order": None, "currency": None, "exclude_customers": ()}
        return replace(self, **follows) == replace(other, **follows)  # type: ignore[arg-type]

    def to_json(self) -> str:
        """The reading as canonical JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @staticmethod
    def from_json(text: str) -> "Reading":
        """The reading that `to_json` wrote."""
        document = json.loads(text)
        mapping = {ColumnField(f): c for f, c in document.pop("mapping").items()}
        return Reading(
            mapping=mapping, **(document | {"exclude_customers": tuple(document["exclude_customers"])})
        )


def reading_of(config: ShopConfig, mapping: dict[ColumnField, str], sheet: str | None = None) -> Reading:
    """The reading of a shop's file under a mapping; of a workbook, the sheet that was read."""
    return Reading(
        mapping=mapping,
        date_format=config.date_format,
        date_order=config.date_order,
        timezone=config.timezone,
        decimal_sign=config.decimal_sign,
        sheet=sheet,
        amount_per=config.amount_per,
        duplicates=config.duplicates,
        exclude_customers=tuple(sorted(config.exclude_customers)),
        discount_is=config.discount_is,
        order_ids=config.order_ids,
        ids_by=config.ids_by,
    )


def complete_mapping(
    mapping: dict[ColumnField, str], columns: list[str], file_name: str
) -> dict[ColumnField, str]:
    """The mapping with column names as the file spells them.

    Raises:
        BadInput: a mapped column is not in the file, or customer, date or amount are not mapped.
    """
    found = {f: _column(c, columns) for f, c in mapping.items()}
    missing = [f"{mapping[f]!r} (mapped as {f})" for f, c in found.items() if c is None]
    seen = ", ".join(columns)
    if missing:
        raise BadInput(f"{file_name} has no column {' and no column '.join(missing)}; columns seen: {seen}.")
    needed = [f for f in (ColumnField.CUSTOMER_ID, ColumnField.DATE) if f not in found]
    if ColumnField.AMOUNT not in found and not {ColumnField.QUANTITY, ColumnField.UNIT_PRICE} <= set(found):
        needed.append(ColumnField.AMOUNT)
    if needed:
        fields = ", ".join(needed)
        raise BadInput(
            f"{file_name}: no column is mapped as {fields}; "
            f"say which it is with --map {needed[0]}=COLUMN; columns seen: {seen}."
        )
    return {f: c for f, c in found.items() if c is not None}


def _column(wanted: str, columns: list[str]) -> str | None:
    """The file's column of that name, or the only one that differs in case and spaces alone."""
    if wanted in columns:
        return wanted
    alike = [c for c in columns if "".join(c.split()).casefold() == "".join(wanted.split()).casefold()]
    return alike[0] if len(alike) == 1 else None


def present_columns(mapping: dict[ColumnField, str], columns: list[str]) -> dict[ColumnField, str]:
    """The mapping without optional fields whose column the file lacks."""
    required = {ColumnField.CUSTOMER_ID, ColumnField.DATE, ColumnField.AMOUNT}
    return {f: c for f, c in mapping.items() if f in required or _column(c, columns)}
