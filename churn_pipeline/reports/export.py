"""What can be taken out of a shop as a file: which content in which format, written whole or not at all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from churn_pipeline.core.enums import TargetList
from churn_pipeline.core.errors import BadInput, ChurnError
from churn_pipeline.core.store import replacing
from churn_pipeline.core.wording import counted
from churn_pipeline.reports.report_kinds import ReportKind
from churn_pipeline.shop.run import ShopRun

if TYPE_CHECKING:
    import pandas as pd


class Content(StrEnum):
    """What is exported."""

    SCORES = "scores"
    FEATURES = "features"
    TARGETS = "targets"
    SNAPSHOTS = "snapshots"
    REPORT = "report"
    PROFILE = "profile"
    MODEL = "model"


class Format(StrEnum):
    """As which kind of file."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    PDF = "pdf"
    HTML = "html"


DOCUMENTS = {
    Content.REPORT: ReportKind.EXECUTIVE,
    Content.PROFILE: ReportKind.PROFILE,
    Content.MODEL: ReportKind.MODEL,
}
FORMATS: dict[Content, tuple[Format, ...]] = {
    content: (Format.PDF, Format.HTML) if content in DOCUMENTS else (Format.CSV, Format.XLSX, Format.PARQUET)
    for content in Content
}
"""Content -> its formats, the usual one first."""

MEDIA_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.PDF: "application/pdf",
    Format.HTML: "text/html; charset=utf-8",
}


@dataclass(frozen=True)
class ExportRequest:
    """what: the content; format: a kind of file that FORMATS allows for it; columns: a preset of
    list_columns.yaml, for targets alone; target_list: which of the lists, for targets."""

    what: Content
    format: Format
    columns: str | None = None
    target_list: TargetList = TargetList.RECOMMENDED


@dataclass(frozen=True)
class Exported:
    """rows: of a table, None for a document; notes: what to know about the file, in sentences."""

    path: Path
    rows: int | None
    notes: list[str] = field(default_factory=list)


def chosen_format(what: Content, asked: Format | None, path: Path | None = None) -> Format:
    """The format that was asked for, else that of the file's ending, else the usual one of the content.
    BadInput for one that the content does not come in."""
    allowed = FORMATS[what]
    if asked is None:
        ending = path.suffix.lstrip(".").lower() if path else ""
        asked = Format(ending) if ending in set(Format) else allowed[0]
    if asked not in allowed:
        raise BadInput(f"{what} cannot be exported as {asked}: choose {_listed(allowed)}.")
    return asked


def export(run: ShopRun, request: ExportRequest, path: Path) -> Exported:
    """Writes what was asked for to `path`, whole or not at all.

    NotFound where the shop has no results yet, BadInput for a pair, preset or path that cannot be,
    ChurnError where the file cannot be written."""
    chosen_format(request.what, request.format)
    if request.columns and request.what != Content.TARGETS:
        raise BadInput(f"--columns is for target lists alone: leave it out, or export {Content.TARGETS}.")
    write, rows, notes = _prepared(run, request)
    return _written(write, rows, notes, path)


def write_table_to(table: "pd.DataFrame", kind: Format, path: Path, notes: list[str]) -> Exported:
    """Writes a table as csv, xlsx or parquet, whole or not at all; errors as in `export`."""
    write = _writers()[kind]
    return _written(lambda part: write(table, part), len(table), notes, path)


def _written(write: Callable[[Path], object], rows: int | None, notes: list[str], path: Path) -> Exported:
    if path.is_dir():
        raise BadInput(f"{path} is a folder: give the name of the file to write.")
    try:
        with replacing(path) as part:
            write(part)
    except OSError as error:
        raise ChurnError(
            f"{path} cannot be written ({error.strerror}): check the folder and its space."
        ) from error
    return Exported(path, rows, notes)


def _prepared(run: ShopRun, request: ExportRequest) -> tuple[Callable[[Path], object], int | None, list[str]]:
    """What writes the content into a file; its rows, None for a document; and what to know about it."""
    if request.what in DOCUMENTS:
        return _document(run, request), None, []
    table, notes = _table(run, request)
    write = _writers()[request.format]
    return lambda path: write(table, path), len(table), notes


def _document(run: ShopRun, request: ExportRequest) -> Callable[[Path], object]:
    from churn_pipeline.reports.shop_reports import report_as_page, report_as_pdf

    kind = DOCUMENTS[request.what]
    if request.format == Format.PDF:
        content = report_as_pdf(run.store, kind)
    else:
        content = report_as_page(run.store, kind)
    return lambda path: path.write_bytes(content)


def _table(run: ShopRun, request: ExportRequest) -> "tuple[pd.DataFrame, list[str]]":
    from churn_pipeline.reports.tables import exported_tables
    from churn_pipeline.reports.tables.list_columns import in_columns_of

    if request.what == Content.SCORES:
        return exported_tables.scores_table(run), []
    if request.what == Content.FEATURES:
        return exported_tables.features_table(run), []
    if request.what == Content.SNAPSHOTS:
        return exported_tables.snapshots_table(run), []
    listed, stopped = exported_tables.target_list_table(run, request.target_list)
    notes = [f"{counted(stopped, 'customers')} must not be contacted, and are left out."] if stopped else []
    if listed.empty:
        nobody = f"The list {request.target_list} is empty: nobody on it is worth contacting at present."
        return listed, notes or [nobody]
    if request.columns:
        table, told = in_columns_of(request.columns, listed)
        return table, [*notes, *told]
    if not listed["email"].notna().any():
        notes.append(
            f"The shop's files hold no contact details of these {counted(len(listed), 'customers')}."
        )
    return listed, notes


def _writers() -> "dict[Format, Callable[[pd.DataFrame, Path], None]]":
    from churn_pipeline.reports.tables.written_tables import write_csv, write_parquet, write_xlsx

    return {Format.CSV: write_csv, Format.XLSX: write_xlsx, Format.PARQUET: write_parquet}


def _listed(formats: tuple[Format, ...]) -> str:
    return f"{', '.join(formats[:-1])} or {formats[-1]}"
