"""How much a request may carry: counted while it streams in, so that nothing bigger is held or stored."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from churn_pipeline.core.wording import number

FORM_BYTES = 1_000_000
"""What a form may add to its file: the other fields, the boundaries."""
JSON_BYTES = 2_000_000


class BodyLimit:
    """Answers 413 as soon as more comes than may; announced or not."""

    def __init__(self, app: ASGIApp, max_upload_mb: int) -> None:
        self._app = app
        self._upload_mb = max_upload_mb

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {
            name: value for name, value in scope["headers"] if name in (b"content-type", b"content-length")
        }
        is_form = headers.get(b"content-type", b"").lower().startswith(b"multipart/form-data")
        limit = self._upload_mb * 1_000_000 + FORM_BYTES if is_form else JSON_BYTES
        announced = headers.get(b"content-length", b"0")
        seen = int(announced) if announced.isdigit() and int(announced) > limit else 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive() if seen <= limit else {}
            seen += len(message.get("body", b""))
            if seen > limit:
                raise HTTPException(413, self._sentence(is_form))
            return message

        await self._app(scope, counted, send)

    def _sentence(self, is_form: bool) -> str:
        if is_form:
            return f"The file is larger than {self._upload_mb} MB; split it, or set CHURN_MAX_UPLOAD_MB."
        return f"The request is larger than {number(JSON_BYTES)} bytes."
