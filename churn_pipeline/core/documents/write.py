"""The one way in which a JSON document is written: into JSON's own types, held against its declaration, whole
or not at all."""

from pathlib import Path
from typing import Any

from churn_pipeline.core.documents.json_values import json_safe
from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.store import write_json


def write_document(folder: Path, place: str, content: Any) -> None:
    """Writes a declared document to `place` in a folder, atomically, in JSON's own types (`json_safe`), keys
    in the content's order.

    Raises ChurnError, naming the key, where the content is not what DOCUMENTS declares: a key is missing,
    undeclared, of another type, or null (or NaN) where a value belongs. Nothing is written then. KeyError for
    a place that DOCUMENTS does not have."""
    from pydantic import ValidationError

    from churn_pipeline.core.documents.catalogue import (
        document_model,
    )  # here: commands and definitions load faster

    plain = json_safe(content)
    try:
        document_model(place).model_validate(plain)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise ChurnError(
            f"{place} of {folder.name!r} is not what is declared of it: {key}: {first['msg']}"
        ) from error
    write_json(folder / place, plain)
