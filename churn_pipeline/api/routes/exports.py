"""Files to download: reports, predictions, lists."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from churn_pipeline.api.conventions import Installation, SessionId, SignedIn, audited
from churn_pipeline.api.problems import problems
from churn_pipeline.core.enums import TargetList
from churn_pipeline.service import exports

router = APIRouter(tags=["exports"])
# the first one tells generated clients that whatever comes is bytes
MEDIA = ("application/octet-stream", *exports.MEDIA_OF_FILES)
FILE = {"content": {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA}}


@router.get("/export/{session_id}", response_class=FileResponse, responses={**problems(), 200: FILE})
def export(
    settings: Installation,
    caller: SignedIn,
    session_id: SessionId,
    format: Annotated[  # noqa: A002 - the specification's name
        Literal["pdf", "csv", "xlsx", "parquet", "html"], Query(description="kind of file")
    ] = "csv",
    what: Annotated[
        exports.Content | None, Query(description="default: scores as a table, the report as a document")
    ] = None,
    columns: Annotated[
        str | None, Query(max_length=40, description="headings of a mail tool, for targets")
    ] = None,
    target_list: Annotated[TargetList, Query(alias="list", description="which list, for targets")] = (
        TargetList.RECOMMENDED
    ),
) -> FileResponse:
    """The report as PDF, or the predictions as a table; other contents by `what`."""
    file = exports.export_file(settings, caller, session_id, what, format, columns, target_list)
    audited(settings, caller, "export", session_id, file.rows or 0)
    return handed_out(file)


def handed_out(file: exports.ExportedFile) -> FileResponse:
    """A file as an answer, removed once it is sent."""
    return FileResponse(
        file.path,
        media_type=file.media_type,
        filename=file.name,
        background=BackgroundTask(exports.discard, file.path),
    )
