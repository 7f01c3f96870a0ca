"""Everything that `churn up` starts, on ports of its own in a home of its own, with what it asked the network
for."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pandas as pd

from churn_pipeline.core.settings import Settings
from churn_pipeline_tests.builders.commands import environment_of, raw_file

REPOSITORY = Path(__file__).parents[2]
RECORDER = Path(__file__).parent / "recorded_lookups"
SERVICES = ("app", "api", "dagster", "mlflow")
SECONDS_TO_START = 600
"""On a busy machine; an idle one takes about 20."""


@dataclass(frozen=True)
class LookUp:
    """A line of the record: the process, what it did, and the name, address or command line."""

    process: int
    event: str
    asked: str


@dataclass
class Product:
    """A running `churn up`, and what it has said so far."""

    home: Path
    process: subprocess.Popen[str]
    ports: Mapping[str, int]
    said: list[str] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home)

    def address(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def until(self, true: Callable[[], Any], seconds: float, what: str) -> None:
        """Waits until something is true; fails when it is not in time, or when the product has ended."""
        deadline = time.monotonic() + seconds
        while not true():
            assert self.process.poll() is None, "".join(self.said)
            assert time.monotonic() < deadline, f"not within {seconds:.0f} seconds: {what}"
            time.sleep(0.5)

    def drop(self, shop: str, name: str, rows: pd.DataFrame) -> Path:
        """Puts a file into the shop's folder as a careful sender does: written under another name, then
        renamed."""
        path = self.settings.incoming_dir / shop / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = raw_file(path.with_name(f"{name}.part"), rows)
        os.utime(part, (time.time() - 60, time.time() - 60))
        return part.rename(path)

    def ask(self, query: str) -> dict[str, Any]:
        """An answer of Dagster's GraphQL."""
        return httpx.post(f"{self.address('dagster')}/graphql", json={"query": query}, timeout=60).json()[
            "data"
        ]

    def lookups(self) -> list[LookUp]:
        """What the started processes have asked the network for so far."""
        lines = (self.home / "lookups.tsv").read_text("utf-8").splitlines()
        return [LookUp(int(p), e, a) for p, e, a in (line.split("\t", 2) for line in lines)]


@contextmanager
def running_product(home: Path, **settings: object) -> Iterator[Product]:
    """Starts everything and waits until it answers; ends it afterwards. settings: of the installation."""
    with ExitStack() as held:
        free = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in SERVICES]
        ports = {name: place.getsockname()[1] for name, place in zip(SERVICES, free, strict=True)}
    command = [sys.executable, "-m", "churn_pipeline", "up"]
    command += [f"--{name}-port={port}" for name, port in ports.items()]
    environment = (
        environment_of(home)
        | {"PYTHONPATH": f"{RECORDER}{os.pathsep}{REPOSITORY}", "RECORDED_LOOKUPS": str(home / "lookups.tsv")}
        | {f"CHURN_{name.upper()}": str(value) for name, value in settings.items()}
    )
    process = subprocess.Popen(
        command, env=environment, cwd=home, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    product = Product(home, process, ports)
    assert process.stderr is not None
    lines = iter(process.stderr.readline, "")
    Thread(target=lambda: product.said.extend(lines), daemon=True).start()
    try:
        product.until(
            lambda: any(re.search("everything answers", line) for line in product.said),
            SECONDS_TO_START,
            "everything answers",
        )
        yield product
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=60)
