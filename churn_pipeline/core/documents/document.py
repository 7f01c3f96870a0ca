"""What every declared JSON document is built from: parts with exactly their keys, and parts that carry
further ones."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, WithJsonSchema


class Document(BaseModel):
    """A document, or a part of one, with exactly these keys."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())


class OpenDocument(BaseModel):
    """A document, or a part of one, with these keys and further ones beside them, such as measures and
    parameters."""

    model_config = ConfigDict(extra="allow", protected_namespaces=())


def _zoned(utc: datetime) -> datetime:
    return utc.replace(tzinfo=UTC) if utc.tzinfo is None else utc.astimezone(UTC)


UtcTime = Annotated[
    datetime,
    AfterValidator(_zoned),
    WithJsonSchema({"type": "string", "format": "date-time", "x-zoned": True}),
]
"""A time in UTC that says so; stored ones, which do not, are taken for UTC. Times of a shop are `datetime`:
the shop's own, without a zone."""
