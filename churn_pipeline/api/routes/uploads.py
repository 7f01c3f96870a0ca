"""Files of a shop: delivered, looked into, listed."""

from collections.abc import Iterator
from typing import Annotated, BinaryIO

from fastapi import APIRouter, File, Form, UploadFile

from churn_pipeline.api.conventions import Installation, SessionId, SignedIn
from churn_pipeline.api.own_words import told_in_own_words
from churn_pipeline.api.problems import problems
from churn_pipeline.api.security.signed_in_first import SignedInFirst
from churn_pipeline.service.answers import UploadAnswer, UploadEntry
from churn_pipeline.service.delivery import upload
from churn_pipeline.service.requests import ShopKey

router = APIRouter(tags=["uploads"], route_class=SignedInFirst)
BLOCK = 1 << 20


@router.post("/upload", responses=problems(413))
def upload_file(
    settings: Installation,
    caller: SignedIn,
    file: Annotated[UploadFile, File(description="CSV, Excel, Parquet or JSON lines, also packed; 100 MB")],
    shop: Annotated[
        ShopKey | None, Form(description="which shop it is for; default: the key's only one, or by its name")
    ] = None,
) -> UploadAnswer:
    """Delivers a file: what it holds, and which column is probably which field."""
    answer = upload.upload(settings, caller, shop, file.filename or "upload", _blocks(file.file))
    return told_in_own_words(answer, "question", "warnings")


@router.post("/upload/{session_id}/demo", responses=problems())
def upload_demo(settings: Installation, caller: SignedIn, session_id: SessionId) -> UploadAnswer:
    """Delivers the purchases of a generated coffee shop, to look around with."""
    return upload.upload_demo(settings, caller, session_id)


@router.get("/uploads/{session_id}", responses=problems())
def list_uploads(settings: Installation, caller: SignedIn, session_id: SessionId) -> list[UploadEntry]:
    """Every file that a shop has delivered, oldest first."""
    return upload.uploads(settings, caller, session_id)


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block
