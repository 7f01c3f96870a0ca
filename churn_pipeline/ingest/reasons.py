"""Why a row is set aside in `rejected_rows`, and which customer ids are no customer."""

from enum import StrEnum


class Reason(StrEnum):
    """The reasons that `rejected_rows.reason` can hold."""

    ANONYMOUS_SALE = "anonymous_sale"
    BAD_DATE = "bad_date"
    BAD_AMOUNT = "bad_amount"
    BAD_COLUMNS = "bad_columns"
    EMPTY_ROW = "empty_row"
    CANCELLED = "cancelled"
    EXCLUDED = "excluded"
    EXACT_DUPLICATE = "exact_duplicate"


PLACEHOLDERS = ("", "0", "-1", "null", "none", "nan", "n/a", "na", "guest", "anonymous", "unknown")
"""Customer ids (lower case, trimmed) that a till or shop system writes where it knows no customer."""
