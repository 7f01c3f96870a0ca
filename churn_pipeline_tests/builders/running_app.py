"""The app alone over a home of its own (`churn app --single`), for tests that look at its pages."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from churn_pipeline_tests.builders.commands import environment_of
from churn_pipeline_tests.builders.running_product import REPOSITORY, SECONDS_TO_START


@contextmanager
def running_app(home: Path) -> Iterator[str]:
    """The app's address, once it answers; it ends afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as place:
        port = place.getsockname()[1]
    command = [sys.executable, "-m", "churn_pipeline", "app", "--single", f"--port={port}"]
    environment = environment_of(home) | {"PYTHONPATH": str(REPOSITORY)}
    said, app = home / "app.txt", f"http://127.0.0.1:{port}"
    with said.open("w") as stderr:
        process = subprocess.Popen(command, env=environment, cwd=home, stderr=stderr)
    try:
        deadline = time.monotonic() + SECONDS_TO_START
        while not _answers(f"{app}/_stcore/health"):
            assert process.poll() is None and time.monotonic() < deadline, said.read_text()
            time.sleep(0.5)
        yield app
    finally:
        process.kill()
        process.wait(timeout=60)


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, trust_env=False).is_success
    except httpx.TransportError:
        return False
