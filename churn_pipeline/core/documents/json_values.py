"""Values in JSON's own types."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any


def json_safe(value: Any) -> Any:
    """The value in JSON's own types: NaN, infinity and missing become null, times ISO texts, numpy and arrow
    values plain ones.

    Mappings become dicts with text keys, sequences and arrays lists. What has no JSON form is left for json
    to refuse (TypeError)."""
    if isinstance(value, Mapping):
        return {str(key): json_safe(item) for key, item in value.items()}
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, Sequence):
        return [json_safe(item) for item in value]
    if hasattr(value, "tolist"):  # numpy's arrays and scalars; a scalar's is the scalar
        return json_safe(value.tolist())
    if type(value).__name__ in (
        "NaTType",
        "NAType",
    ):  # by name: pandas is not loaded for a document without it
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value.isoformat() if isinstance(value, date) else value
