"""A field's column and how sure that is."""

from dataclasses import dataclass

from churn_pipeline.ingest.field_names import name_score
from churn_pipeline.shops import ColumnField


@dataclass(frozen=True)
class Suggestion:
    """One field's column and how sure that is, 0-1."""

    column: str
    confidence: float


def best(scores: dict[str, float], least: float) -> Suggestion | None:
    """The column of the highest score, the first of equals; None where all are below `least`."""
    if not scores:
        return None
    column = max(scores, key=lambda c: scores[c])
    return Suggestion(column, round(scores[column], 2)) if scores[column] >= least else None


def named(column: str) -> bool:
    """Whether a name says some field, so that the contents need not guess."""
    return any(name_score(column, f) > 0.3 for f in ColumnField)
