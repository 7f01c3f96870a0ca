"""The words of vocabulary.yaml: column names, months, row types, in several languages."""

from importlib.resources import files
from typing import Any

import yaml

VOCABULARY: dict[str, Any] = yaml.safe_load(
    files("churn_pipeline.ingest.mapping").joinpath("vocabulary.yaml").read_text(encoding="utf-8")
)
