"""Which column of a file is which field: as told, as saved for the shop, or as suggested."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from churn_pipeline.core.errors import BadInput, MappingNeeded
from churn_pipeline.core.wording import percent
from churn_pipeline.ingest.files.raw import RawTable
from churn_pipeline.ingest.mapping.proposal import Suggestion
from churn_pipeline.ingest.mapping.reading import complete_mapping, present_columns
from churn_pipeline.ingest.mapping.suggest import suggest_mapping
from churn_pipeline.shop.config import ColumnField, ShopConfig

SURE_ENOUGH = 0.5
"""Least confidence at which a suggested customer, date or amount is used without asking."""

_REQUIRED = (ColumnField.CUSTOMER_ID, ColumnField.DATE, ColumnField.AMOUNT)
_DOUBTFUL_OPTIONAL = 0.6


@dataclass(frozen=True)
class DecidedMapping:
    """The mapping of one file, what the user should know about it, and where the file differs from the shop's
    earlier ones."""

    mapping: dict[ColumnField, str]
    warnings: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()

    def with_finding(self, text: str) -> "DecidedMapping":
        """The same with one more finding."""
        return replace(self, findings=(*self.findings, text))


def decide_mapping(
    raw: RawTable, name: str, given: dict[ColumnField, str], config: ShopConfig, *, exact: bool
) -> DecidedMapping:
    """The mapping of a file: `given` alone where `exact`, else `given` over the shop's, else over the
    suggestion.

    Raises:
        BadInput: a mapped column is not in the file, or its name is that of several.
        MappingNeeded: the shop has no mapping yet, and a field that is needed has no column, or none that is
            sure enough.
    """
    _refuse_repeated(raw, name, (config.mapping | given).values())
    if exact and given:
        return DecidedMapping(complete_mapping(given, raw.columns, name))
    if exact or config.mapping:
        saved = config.mapping | given
        kept = saved if exact else present_columns(saved, raw.columns)
        missing = {f: c for f, c in saved.items() if f not in kept}
        renamed = _renamed(raw, missing, kept)
        return DecidedMapping(
            complete_mapping(kept | renamed, raw.columns, name), findings=_told_missing(missing, renamed)
        )
    try:
        return _suggested(raw, name, given)
    except BadInput as error:
        raise MappingNeeded(str(error)) from error


def _renamed(
    raw: RawTable, missing: dict[ColumnField, str], kept: dict[ColumnField, str]
) -> dict[ColumnField, str]:
    """The optional fields whose column is not in the file, where another one is surely theirs."""
    if not missing:
        return {}
    taken = {c.casefold() for c in kept.values()}
    suggestions = {
        f: s for f, s in suggest_mapping(raw).items() if f in missing and s.column.casefold() not in taken
    }
    return {f: s.column for f, s in suggestions.items() if s.confidence >= _DOUBTFUL_OPTIONAL}


def _told_missing(missing: dict[ColumnField, str], renamed: dict[ColumnField, str]) -> tuple[str, ...]:
    lost = ", ".join(f"{c!r} ({f})" for f, c in missing.items() if f not in renamed)
    told = [
        f"the shop's column {missing[f]!r} ({f}) is not in this file: {c!r} was read in its place."
        for f, c in renamed.items()
    ]
    return (*told, *([f"the shop's column {lost} is not in this file and stays empty."] if lost else []))


def _suggested(raw: RawTable, name: str, given: dict[ColumnField, str]) -> DecidedMapping:
    suggestions = {
        f: s for f, s in suggest_mapping(raw).items() if f not in given and s.column not in given.values()
    }
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
    suggested = {s.column for s in used.values()}
    _refuse_repeated(
        raw, name, (repeat for repeat, columns in raw.repeated.items() if suggested & set(columns))
    )
    return DecidedMapping(mapping, (_told(used),) if used else ())


def _refuse_repeated(raw: RawTable, name: str, wanted: Iterable[str]) -> None:
    """BadInput where a wanted name is that of several columns whose cells differ."""
    folded = {w.casefold() for w in wanted}
    for repeat, columns in raw.repeated.items():
        if repeat.casefold() in folded:
            raise BadInput(
                f"{name} has {len(columns)} columns named {repeat!r} whose cells differ: "
                f"say which one counts, they can be mapped as "
                f"{', '.join(map(repr, columns))} (--map FIELD={columns[0]}), or rename them in the file."
            )


def _told(used: dict[ColumnField, Suggestion]) -> str:
    parts = ", ".join(f"{f} = {s.column!r} ({percent(s.confidence)})" for f, s in used.items())
    return f"the mapping was suggested from names and contents: {parts}; correct it with --map FIELD=COLUMN."
