"""Values of a request as JSON has them: what the OpenAPI document promises to refuse is refused.

pydantic would take numbers for dates (0 is 1970-01-01), and texts and booleans for numbers."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})?)?")


class Request(BaseModel):
    """A request with exactly these keys, each of exactly its type: a boolean or a text is no number."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=(), strict=True, allow_inf_nan=False)


def _iso_date(given: Any) -> Any:
    if isinstance(given, date):
        return given
    if not isinstance(given, str) or not _DATE.fullmatch(given):
        raise ValueError("expected a date such as 2024-03-31")
    return date.fromisoformat(given)


def _iso_time(given: Any) -> Any:
    if isinstance(given, datetime):
        return given
    if not isinstance(given, str) or not _TIME.fullmatch(given):
        raise ValueError("expected a time such as 2024-03-31T09:30:00")
    return datetime.fromisoformat(given.upper())


def _whole(given: Any) -> Any:
    return int(given) if isinstance(given, float) and given.is_integer() else given


Whole = Annotated[int, BeforeValidator(_whole)]
"""A whole number; 566.0 is one in JSON."""
WholeOrNone = Annotated[int | None, BeforeValidator(_whole)]
IsoDate = Annotated[date, BeforeValidator(_iso_date)]
"""A day, YYYY-MM-DD."""
IsoTime = Annotated[datetime, BeforeValidator(_iso_time)]
"""A time of ISO 8601, or a day for its midnight; with or without a zone."""
