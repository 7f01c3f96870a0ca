"""A look at a file before it is taken in: how it would be read, its first rows, which column is probably
which field. Stores nothing."""

from pathlib import Path
from typing import Any

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.sql import connected
from churn_pipeline.ingest.files.raw import RawTable
from churn_pipeline.ingest.files.read import read_file
from churn_pipeline.ingest.ledger.clean import clean
from churn_pipeline.ingest.mapping.column_facts import ColumnFacts, sample_of
from churn_pipeline.ingest.mapping.decide import decide_mapping
from churn_pipeline.ingest.mapping.reading import reading_of
from churn_pipeline.ingest.mapping.suggest import suggest_from
from churn_pipeline.shop.config import ShopConfig

PREVIEW_ROWS = 100


def inspect_file(
    path: Path, settings: Settings, config: ShopConfig | None = None, sheet: str | None = None
) -> dict[str, Any]:
    """What a file holds and how it would be read.

    Args:
        config: the shop that the file is for; its saved mapping goes before the suggestion.
        sheet: the sheet of a workbook to look at; None: chosen as at ingestion.

    Returns:
        A document that JSON can hold: file_name, size_bytes, kind, encoding, delimiter, sheet, sheets, rows;
        columns (name, type, examples, filled share, suggested field and confidence); mapping (field -> column
        and confidence); preview (the first 100 rows, as texts); reading (rows usable, set aside by reason,
        date format, first and last date) or, where it cannot be read yet, question.

    Raises:
        BadInput: the file is missing, empty, too large, damaged or of no kind that can be read.
    """
    config = config or ShopConfig(name="preview")
    raw = read_file(path, settings, frozenset(config.mapping.values()), sheet)
    sample = sample_of(raw)
    suggested = suggest_from(sample)
    reading, question = _reading(raw, path.name, config)
    origin = raw.origin
    return {
        "file_name": path.name,
        "size_bytes": path.stat().st_size,
        "kind": origin.kind,
        "encoding": origin.encoding,
        "delimiter": origin.delimiter,
        "sheet": origin.sheet,
        "sheets": list(origin.sheets),
        "has_header": origin.has_header,
        "rows": raw.rows_in,
        "columns": [
            _column(f, {s.column: (field.value, s.confidence) for field, s in suggested.items()})
            for f in sample.facts.values()
        ],
        "mapping": {f.value: {"column": s.column, "confidence": s.confidence} for f, s in suggested.items()},
        "preview": raw.cells.slice(0, PREVIEW_ROWS).select(raw.columns).to_pylist(),
        "reading": reading,
        "question": question,
        "warnings": list(raw.warnings),
    }


def _column(facts: ColumnFacts, suggested: dict[str, tuple[str, float]]) -> dict[str, Any]:
    field, confidence = suggested.get(facts.name, (None, None))
    return {
        "name": facts.name,
        "type": facts.kind,
        "examples": list(facts.examples),
        "filled": round(facts.filled, 4),
        "suggested_field": field,
        "confidence": confidence,
    }


def _reading(raw: RawTable, name: str, config: ShopConfig) -> tuple[dict[str, Any] | None, str | None]:
    """How the rows would come out, or the question that has to be answered first."""
    try:
        decided = decide_mapping(raw, name, {}, config, exact=False)
        with connected() as connection:
            cleaned = clean(connection, raw, reading_of(config, decided.mapping))
    except BadInput as question:
        return None, str(question)
    document = {
        "mapping": {f.value: c for f, c in decided.mapping.items()},
        "rows_usable": cleaned.usable,
        "rows_rejected": cleaned.rejected,
        "exact_duplicates": cleaned.exact_duplicates,
        "date_format": cleaned.date_format,
        "first_ts": cleaned.first_ts.isoformat() if cleaned.first_ts else None,
        "last_ts": cleaned.last_ts.isoformat() if cleaned.last_ts else None,
        "warnings": list(cleaned.warnings),
    }
    return document, None
