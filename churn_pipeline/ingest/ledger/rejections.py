"""Why a row is set aside in `rejected_rows`, and which customer ids are no customer."""

from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml


class Reason(StrEnum):
    """The reasons that `rejected_rows.reason` can hold."""

    ANONYMOUS_SALE = "anonymous_sale"
    BAD_DATE = "bad_date"
    BAD_AMOUNT = "bad_amount"
    BAD_COLUMNS = "bad_columns"
    EMPTY_ROW = "empty_row"
    CANCELLED = "cancelled"
    UNFINISHED = "unfinished"
    BAD_NUMBER = "bad_number"
    EXCLUDED = "excluded"
    EXACT_DUPLICATE = "exact_duplicate"


@cache
def placeholders() -> tuple[str, ...]:
    """Customer ids (lower case, trimmed) that a till or shop system writes where it knows no customer, and
    no id at all."""
    text = Path(__file__).with_name("placeholders.yaml").read_text(encoding="utf-8")
    written = ",".join(yaml.safe_load(text).values())
    return ("", *(word.strip() for word in written.split(",")))
