"""A look at a file before it is taken in; nothing is stored."""

from pathlib import Path
from typing import Any

from churn_pipeline.core.settings import Settings


def inspect(settings: Settings, file: Path, sheet: str | None = None) -> dict[str, Any]:
    """Preview, encoding, delimiter, types and suggested mapping: see ingest.inspect."""
    from churn_pipeline.core.documents.json_values import json_safe
    from churn_pipeline.ingest.inspect import inspect_file

    found: dict[str, Any] = json_safe(inspect_file(file, settings, sheet=sheet))
    return found
