"""A field's column and how sure that is."""

from dataclasses import dataclass

from churn_pipeline.ingest.mapping.field_names import name_score
from churn_pipeline.shop.config import ColumnField

CONTENTS_FIT = 0.9  # so many cells fit that the name decides alone
SOME_FIT = 0.3  # fewer speak against the name
OF_JUST_THAT_NAME = 0.9  # a column called exactly like the field is believed on little evidence
LITTLE_EVIDENCE = 0.55


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


def with_contents(name: float, fit: float) -> float:
    """How well a column suits a field: what its name says (0-1), as far as the share of cells that fit the
    field (0-1) bears it out."""
    if fit > CONTENTS_FIT:
        return name
    if name > OF_JUST_THAT_NAME and fit > 0:
        return name * max(fit, LITTLE_EVIDENCE)
    return name * fit if fit > SOME_FIT else 0.0
