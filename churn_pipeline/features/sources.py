"""The ledger columns that each feature is computed from, kept in sources.yaml: finding them in the SQL
(lineage.py) takes seconds.

`python -m churn_pipeline.features.sources` renews the file; a test keeps it up to date.
"""

from functools import cache
from pathlib import Path

import yaml

SOURCES_FILE = Path(__file__).with_name("sources.yaml")


@cache
def stored_sources() -> dict[str, tuple[str, ...]]:
    """Feature -> columns of `transactions`, as source_columns() found them."""
    found = yaml.safe_load(SOURCES_FILE.read_text(encoding="utf-8"))
    return {feature: tuple(columns.split()) for feature, columns in found.items()}


def sources_text() -> str:
    """The content that the file should have: one line per feature."""
    from churn_pipeline.features.catalogue import CATALOGUE
    from churn_pipeline.features.lineage import source_columns

    return "".join(f"{feature.name}: {' '.join(source_columns(feature.name))}\n" for feature in CATALOGUE)


if __name__ == "__main__":
    SOURCES_FILE.write_text(sources_text(), encoding="utf-8")
