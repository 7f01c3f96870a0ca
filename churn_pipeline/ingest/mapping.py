"""Which column of a file is which field: as told, as saved for the shop, or as suggested."""

from dataclasses import dataclass

from churn_pipeline.errors import BadInput, MappingNeeded
from churn_pipeline.ingest.raw import RawTable
from churn_pipeline.ingest.reading import complete_mapping, present_columns
from churn_pipeline.ingest.suggest import suggest_mapping
from churn_pipeline.ingest.suggestion import Suggestion
from churn_pipeline.shops import ColumnField, ShopConfig

SURE_ENOUGH = 0.5
"""Least confidence at which a suggested customer, date or amount is used without asking."""

_REQUIRED = (ColumnField.CUSTOMER_ID, ColumnField.DATE, ColumnField.AMOUNT)
_DOUBTFUL_OPTIONAL = 0.6


@dataclass(frozen=True)
class DecidedMapping:
    """The mapping of one file, and what the user should know about it."""

    mapping: dict[ColumnField, str]
    warnings: tuple[str, ...] = ()


def decide_mapping(raw: RawTable, name: str, given: dict[ColumnField, str], config: ShopConfig, *, exact: bool) -> DecidedMapping:
    """The mapping of a file: `given` alone where `exact`, else `given` over the shop's, else over the suggestion.

    Raises:
        BadInput: a mapped column is not in the file.
        MappingNeeded: the shop has no mapping yet, and a field that is needed has no column, or none that is sure enough.
    """
    if exact and given:
        return DecidedMapping(complete_mapping(given, raw.columns, name))
    if exact or config.mapping:
        saved = config.mapping | given
        kept = saved if exact else present_columns(saved, raw.columns)
        missing = [f"{c!r} ({f})" for f, c in saved.items() if f not in kept]
        warnings = (f"the shop's column {', '.join(missing)} is not in this file and stays empty.",) if missing else ()
        return DecidedMapping(complete_mapping(kept, raw.columns, name), warnings)
    try:
        return _suggested(raw, name, given)
    except BadInput as error:
        raise MappingNeeded(str(error)) from error


def _suggested(raw: RawTable, name: str, given: dict[ColumnField, str]) -> DecidedMapping:
    suggestions = {f: s for f, s in suggest_mapping(raw).items() if f not in given and s.column not in given.values()}
    for field in _REQUIRED:
        doubt = suggestions.get(field)
        if doubt is not None and doubt.confidence < SURE_ENOUGH:
            raise BadInput(
                f"{name}: it is not clear which column is {field} (perhaps {doubt.column!r}); "
                f"say it with --map {field}=COLUMN; columns seen: {', '.join(raw.columns)}."
            )
    used = {f: s for f, s in suggestions.items() if f in _REQUIRED or s.confidence >= _DOUBTFUL_OPTIONAL}
    if ColumnField.AMOUNT in used:
        used.pop(ColumnField.UNIT_PRICE, None)
    mapping = complete_mapping({f: s.column for f, s in used.items()} | given, raw.columns, name)
    return DecidedMapping(mapping, (_told(used),) if used else ())


def _told(used: dict[ColumnField, Suggestion]) -> str:
    parts = ", ".join(f"{f} = {s.column!r} ({s.confidence:.0%})" for f, s in used.items())
    return f"the mapping was suggested from names and contents: {parts}; correct it with --map FIELD=COLUMN."
