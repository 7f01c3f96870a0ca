"""JSON lines, or one JSON array of objects, into cells."""

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.wording import counted_doing, number
from churn_pipeline.ingest.files.damage import damage_told
from churn_pipeline.ingest.files.raw import Origin, RawTable, UnusableLine, column_names, numbered
from churn_pipeline.ingest.ledger.rejections import Reason


@damage_told("JSON", "save it in UTF-8, one object per line", UnicodeError)
def read_json(path: Path, name: str, encoding: str) -> RawTable:
    """Reads objects, one a line or in one array; nested objects become columns named outer.inner. Lines that
    are no object are set aside.

    Raises:
        BadInput: no object in it.
    """
    rows: list[dict[str, str | None]] = []
    numbers: list[int] = []
    unusable: list[UnusableLine] = []
    for place, text, value in _values(path, encoding):
        if isinstance(value, dict):
            rows.append(dict(_flat(value)))
            numbers.append(place)
        else:
            unusable.append(UnusableLine(place, text, Reason.NOT_JSON))
    if not rows:
        raise BadInput(f"{name} holds no JSON objects with purchases: deliver one object per line.")
    keys = list(dict.fromkeys(chain.from_iterable(rows)))
    columns = {
        c: pa.array([r.get(k) for r in rows], pa.string())
        for k, c in zip(keys, column_names(keys), strict=True)
    }
    return RawTable(
        numbered(columns, pa.array(numbers, pa.int64())),
        Origin("json", encoding),
        tuple(unusable),
        _told(unusable),
    )


def _told(unusable: list[UnusableLine]) -> tuple[str, ...]:
    if not unusable:
        return ()
    named = ", ".join(number(line.row_number) for line in unusable[:5])
    lines = counted_doing(len(unusable), "lines", "is no JSON object and", "are no JSON objects and")
    verb = "is" if len(unusable) == 1 else "are"
    return (f"{lines} {verb} set aside ({named}{', ...' if len(unusable) > 5 else ''}).",)


def looks_like_json(sample: str) -> bool:
    """Whether a text begins as JSON objects do."""
    return sample.lstrip("\ufeff \t\r\n")[:1] in ("{", "[")


def _values(path: Path, encoding: str) -> Iterator[tuple[int, str, Any]]:
    """Number, text and value of every line; of every element for an array."""
    with path.open(encoding=encoding, newline=None) as file:
        first = file.read(1)
        while first and first in " \t\r\n\ufeff":
            first = file.read(1)
        file.seek(0)
        if first == "[":
            yield from _elements(file.read().lstrip("\ufeff"))
            return
        place = 0
        for line in file:
            if line.strip("\ufeff \t\r\n"):
                place += 1
                yield place, line.strip(), _value(line.strip("\ufeff \t\r\n"))


def _elements(text: str) -> Iterator[tuple[int, str, Any]]:
    value = _value(text)
    for place, element in enumerate(value if isinstance(value, list) else [None], start=1):
        yield place, str(element), element


def _value(text: str) -> Any:
    """The JSON value, numbers kept as they are written; None where it is none, or nested without end."""
    try:
        return json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return None


def _flat(value: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str | None]]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _flat(inner, f"{prefix}{key}.")
        elif isinstance(inner, list | bool):
            yield prefix + key, json.dumps(inner, ensure_ascii=False)
        else:
            yield prefix + key, inner
