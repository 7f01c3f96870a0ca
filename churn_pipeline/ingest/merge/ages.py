"""Which of two uploads is the newer one."""

from datetime import datetime
from typing import Any

from churn_pipeline.ingest.ledger.clean import Span

Age = tuple[datetime, datetime]
_NEVER = datetime.min


def age_of(span: Span) -> Age:
    """An upload's age: its last event, cancelled rows included, then when it was exported; what is equal
    counts as it arrived."""
    return span.last_event or _NEVER, span.exported_at or _NEVER


def span_of(entry: dict[str, Any]) -> Span:
    """The time that an upload of the register covers."""
    timed = entry.get("has_times")
    first, last = (entry.get(f"{end}_event") or entry[f"{end}_ts"] for end in ("first", "last"))
    return Span(first, last, entry.get("exported_at"), True if timed is None else timed)


def oldest_first(register: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The uploads of a register (in the order of arrival) in the order in which they are merged."""
    return sorted(register, key=lambda entry: age_of(span_of(entry)))
