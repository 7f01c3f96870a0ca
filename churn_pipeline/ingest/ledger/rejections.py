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
    NOT_JSON = "not_json"
    LONG_ID = "long_id"
    EMPTY_ROW = "empty_row"
    CANCELLED = "cancelled"
    UNFINISHED = "unfinished"
    BAD_NUMBER = "bad_number"
    EXCLUDED = "excluded"
    EXACT_DUPLICATE = "exact_duplicate"


LONGEST_ID = 200
"""Characters of a customer's id; what is longer is another column, a text or a broken line."""


@cache
def placeholders() -> tuple[str, ...]:
    """Customer ids (lower case, trimmed) that a till or shop system writes where it knows no customer, and
    no id at all."""
    text = Path(__file__).with_name("placeholders.yaml").read_text(encoding="utf-8")
    written = ",".join(yaml.safe_load(text).values())
    return ("", *(word.strip() for word in written.split(",")))
