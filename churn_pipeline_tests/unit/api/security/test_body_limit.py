"""What is too big is refused while it comes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from churn_pipeline.core.settings import Settings
from churn_pipeline_tests.builders.protected_app import client_of, protected_app


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return client_of(protected_app(Settings(home=tmp_path, max_upload_mb=3)))


def test_a_file_within_the_limit_goes_in(client: TestClient):
    assert client.post("/upload", files={"file": ("a.csv", b"x" * 3_000_000)}).json() == 3_000_000


def test_a_file_over_the_limit_is_refused(client: TestClient):
    answer = client.post("/upload", files={"file": ("a.csv", b"x" * 4_100_000)})
    assert answer.status_code == 413
    assert "larger than 3 MB" in answer.json()["detail"]


def test_one_that_does_not_say_how_long_it_is_is_refused_too(client: TestClient):
    sent = 0

    def body() -> Iterator[bytes]:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        for _ in range(100):
            sent += 1
            yield b"x" * 1_000_000
        yield b"\r\n--b--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    assert client.post("/upload", content=body(), headers=headers).status_code == 413


def test_a_json_body_has_a_limit_of_its_own(client: TestClient):
    answer = client.post("/train", json={"session_id": "x" * 2_100_000})
    assert answer.status_code == 413
    assert "2,000,000 bytes" in answer.json()["detail"]
