"""`churn up` as a person starts it, on ports of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import httpx
import psutil
import pytest

pytestmark = pytest.mark.slow
SECONDS_TO_START = 600
"""On a busy machine; an idle one takes about 20."""
SERVICES = ("app", "api", "dagster", "mlflow")


@dataclass
class Up:
    """A running `churn up`, and what it has said so far."""

    process: subprocess.Popen[str]
    command: list[str]
    environment: dict[str, str]
    said: list[str]
    ports: dict[str, int]

    def wait_for(self, pattern: str, seconds: float = SECONDS_TO_START) -> None:
        deadline = time.monotonic() + seconds
        while not any(re.search(pattern, line) for line in self.said):
            assert time.monotonic() < deadline and self.process.poll() is None, "".join(self.said)
            time.sleep(0.2)

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    with ExitStack() as held:
        free = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in SERVICES]
        ports = {name: place.getsockname()[1] for name, place in zip(SERVICES, free, strict=True)}
    command = [sys.executable, "-m", "churn_pipeline", "up"]
    command += [f"--{name}-port={port}" for name, port in ports.items()]
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CHURN_", "DAGSTER_", "MLFLOW_"))}
    environment = clean | {"CHURN_HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        command, env=environment, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    found = Up(process, command, environment, [], ports)
    assert process.stderr is not None
    Thread(target=lambda: found.said.extend(iter(process.stderr.readline, "")), daemon=True).start()
    try:
        yield found
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=60)


def test_all_services_answer_a_crashed_one_comes_back_and_one_signal_ends_them(up: Up):
    up.wait_for("everything answers")
    addresses = "".join(up.said)
    for port in up.ports.values():
        assert f"http://127.0.0.1:{port}" in addresses
        assert httpx.get(f"http://127.0.0.1:{port}", follow_redirects=True).status_code in (200, 404)

    second = subprocess.run(up.command, env=up.environment, capture_output=True, text=True, timeout=120)
    assert second.returncode == 2
    assert f"running already (process {up.process.pid})" in second.stderr.splitlines()[-1]

    api = next(p for p in up.family() if "api" in p.cmdline()[3:4])
    api.kill()
    up.wait_for(r"API ended with code -9; started again")
    deadline = time.monotonic() + SECONDS_TO_START
    while not _answers(up.ports["api"]):
        assert time.monotonic() < deadline
        time.sleep(0.5)

    family = up.family()
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(timeout=60) == 0
    assert [p.cmdline() for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []
    assert "stopped" in up.said[-1]


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/api/v1/health").is_success
    except httpx.TransportError:
        return False
