"""A file's sender is asked before the file is read."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.types import Message, Receive, Scope, Send

from churn_pipeline.api.app import create_app
from churn_pipeline.core.settings import Settings
from churn_pipeline_tests.builders.protected_app import client_of, key_of

DOCUMENT = create_app(Settings()).openapi()
TAKING_FILES = [
    re.sub(r"{\w+}", "tea", path)
    for path, methods in DOCUMENT["paths"].items()
    if "multipart/form-data" in str(methods)
]
FORM = {"Content-Type": "multipart/form-data; boundary=b"}


def test_the_operations_that_take_files_are_found():
    assert "/api/v1/upload" in TAKING_FILES


@pytest.mark.parametrize("path", TAKING_FILES)
def test_a_strangers_file_is_not_received(tmp_path: Path, path: str):
    settings, received = Settings(home=tmp_path), 0
    key = key_of(settings, "tea", write=True)
    app = create_app(settings)

    async def counting(scope: Scope, receive: Receive, send: Send) -> None:
        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            return message

        await app(scope, counted, send)

    def body() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="tea.csv"\r\n\r\n'
        yield b"x" * 1_000_000
        yield b"\r\n--b--\r\n"

    assert client_of(counting).post(path, content=body(), headers=FORM).status_code == 401
    assert received == 0
    client_of(counting, key).post(path, content=body(), headers=FORM)
    assert received > 1_000_000
