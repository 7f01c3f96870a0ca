"""What can be taken out of a shop as a file."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from churn_pipeline.core.enums import TargetList
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.reports.export import MEDIA_TYPES, Content, Exported, ExportRequest, Format, chosen_format
from churn_pipeline.reports.export import export as write_export
from churn_pipeline.service.callers import Caller
from churn_pipeline.service.errors import NotAllowed
from churn_pipeline.service.shops import opened

MEDIA_OF_FILES = tuple(MEDIA_TYPES.values())
TABLE_FORMATS = ("csv", "xlsx", "parquet")


@dataclass(frozen=True)
class ExportedFile:
    """A file to hand out and to remove afterwards, with its folder; rows: of a table, None for a document."""

    path: Path
    media_type: str
    name: str
    rows: int | None


def write_to(settings: Settings, caller: Caller, shop: str, request: ExportRequest, path: Path) -> Exported:
    """Writes what was asked for to `path`, whole or not at all: see reports.export."""
    run = opened(settings, caller, shop)
    if request.what == Content.TARGETS and not caller.can_see_contacts:
        raise NotAllowed(f"{caller.name} may not see contact details, which target lists hold.")
    return write_export(run, request, path)


def export_file(
    settings: Settings,
    caller: Caller,
    shop: str,
    what: Content | None,
    file_format: str,
    columns: str | None = None,
    target_list: TargetList = TargetList.RECOMMENDED,
) -> ExportedFile:
    """Writes what was asked for to a file of its own.

    what: a Content; None: the scores as a table, the report as a document. BadInput for a pair that cannot
    be; NotAllowed for contact details without the right to see them."""
    content = what or (Content.SCORES if file_format in TABLE_FORMATS else Content.REPORT)
    if file_format not in {f.value for f in Format}:
        raise BadInput(f"{content} cannot be exported as {file_format}: choose {', '.join(Format)}.")
    chosen = chosen_format(content, Format(file_format))
    request = ExportRequest(content, chosen, columns, target_list)

    def write(path: Path) -> Exported:
        return write_to(settings, caller, shop, request, path)

    return exported_file(settings, f"{shop}-{content}.{chosen}", chosen, write)


def exported_file(
    settings: Settings, name: str, file_format: Format, write: Callable[[Path], Exported]
) -> ExportedFile:
    """A file of that name, in a folder of its own; nothing stays where writing fails."""
    folder = settings.cache_dir / "exports"
    folder.mkdir(parents=True, exist_ok=True)
    path = Path(tempfile.mkdtemp(dir=folder)) / name
    try:
        written = write(path)
    except BaseException:
        discard(path)
        raise
    return ExportedFile(path, MEDIA_TYPES[file_format], name, written.rows)


def discard(path: Path) -> None:
    """Removes a file that was handed out, and the folder that it had to itself."""
    path.unlink(missing_ok=True)
    path.parent.rmdir()
