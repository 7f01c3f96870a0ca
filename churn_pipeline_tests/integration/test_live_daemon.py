"""A real daemon and webserver: dropped files of three shops, a bad one among them, and a scheduled tick;
nobody helps."""

import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pandas as pd
import psutil
import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_json, read_table, table_path
from churn_pipeline.shop.directory import load_shop, save_shop, shop_folder

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parents[2]
SAMPLES = REPOSITORY / "data" / "samples"
PROGRAMS = Path(sys.executable).parent
SHOPS = ("boxes", "coffee", "home")
RUNS = "{ runsOrError(limit: 500) { ... on Runs { results { runId jobName status tags { key value } } } } }"
PARTITIONS = """{ assetNodeOrError(assetKey: {path: ["customer_scores"]}) { ... on AssetNode {
    assetPartitionStatuses { ... on DefaultPartitionStatuses { materializedPartitions } } } } }"""
TICKS = """{ repositoriesOrError { ... on RepositoryConnection { nodes { sensors { name
    sensorState { ticks(limit: 20) { timestamp status } } } } } } }"""
FINISHED = ("SUCCESS", "FAILURE", "CANCELED")


@dataclass
class Installation:
    """A home with a daemon and a webserver of its own, and the digests that its alerts have sent."""

    home: Path
    address: str
    digests: list[str] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home)

    def ask(self, query: str) -> dict[str, Any]:
        """An answer of the webserver's GraphQL."""
        return httpx.post(f"{self.address}/graphql", json={"query": query}, timeout=30).json()["data"]

    def runs(self) -> list[tuple[str, str, str, str]]:
        """(shop, job, status, schedule or sensor) of every run, as the Dagster UI shows them."""
        found = self.ask(RUNS)["runsOrError"]["results"]
        tags = [{t["key"]: t["value"] for t in run["tags"]} for run in found]
        by = [t.get("dagster/schedule_name") or t.get("dagster/sensor_name", "") for t in tags]
        return [
            (t.get("dagster/partition", ""), run["jobName"], run["status"], who)
            for run, t, who in zip(found, tags, by, strict=True)
        ]

    def ticks(self, sensor: str) -> list[float]:
        """When the last ticks of a sensor that are over began, seconds since 1970."""
        (repository,) = self.ask(TICKS)["repositoriesOrError"]["nodes"]
        (state,) = [s["sensorState"] for s in repository["sensors"] if s["name"] == sensor]
        return [tick["timestamp"] for tick in state["ticks"] if tick["status"] in ("SUCCESS", "SKIPPED")]

    def drop(self, shop: str, name: str, rows: pd.DataFrame, age: int = 60) -> None:
        """Puts a file into the shop's folder as a careful sender does: written under another name, then
        renamed."""
        path = self.settings.incoming_dir / shop / name
        path.parent.mkdir(exist_ok=True)
        part = path.with_name(name + ".part")
        rows.to_csv(part, index=False)
        os.utime(part, (time.time() - age, time.time() - age))
        part.rename(path)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = Installation(tmp_path, f"http://127.0.0.1:{port}")
    hook = _webhook(found.digests)
    alerts = {
        "CHURN_ALERT_URLS": json.dumps([f"json://127.0.0.1:{hook.server_port}/"]),
        "CHURN_ALERT_DIGEST_MINUTES": "0",
        "CHURN_DASHBOARD_URL": found.address,
    }
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("CHURN_", "DAGSTER_", "MLFLOW_"))
    } | {
        "CHURN_HOME": str(tmp_path),
        "DAGSTER_HOME": str(found.settings.dagster_home),
        "CHURN_SETTLE_SECONDS": "2",
        **alerts,
    }
    subprocess.run(
        [sys.executable, "-m", "churn_pipeline", "init"],
        env=environment,
        check=True,
        timeout=120,
        cwd=tmp_path,
    )
    commands = (
        [PROGRAMS / "dagster-webserver", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port)],
        [PROGRAMS / "dagster-daemon", "run", "-w", "workspace.yaml"],
    )
    started: list[subprocess.Popen[bytes]] = []
    try:
        for number, command in enumerate(commands):
            with (tmp_path / f"server{number}.log").open("wb") as log:
                started.append(
                    subprocess.Popen(command, env=environment, cwd=REPOSITORY, stdout=log, stderr=log)
                )
        yield found
    finally:
        _end(started)
        hook.shutdown()
        hook.server_close()


def _webhook(received: list[str]) -> HTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["message"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def _end(started: list[subprocess.Popen[bytes]]) -> None:
    """Ends the processes and everything that they have started."""
    family = [
        p
        for server in started
        for p in (psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True))
    ]
    for server in started:
        server.terminate()
    _, alive = psutil.wait_procs(family, timeout=20)
    for process in alive:
        process.kill()
    for server in started:
        server.wait(timeout=10)


def until(true: Callable[[], Any], seconds: float, what: str) -> None:
    """Waits until something is true; the test fails when it is not in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if true():
                return
        except httpx.TransportError:
            pass  # the webserver is not up yet
        time.sleep(2)
    pytest.fail(f"not within {seconds:.0f} seconds: {what}")


def sample(name: str, customer: str, share: int) -> pd.DataFrame:
    """A committed sample, as text, of every `share`-th customer alone."""
    rows = pd.read_csv(SAMPLES / name, dtype=str)
    return rows[rows[customer].str[-3:].astype(int) % share == 0]


def test_files_of_three_shops_are_ingested_scored_and_rescored(installation: Installation) -> None:
    coffee = sample("coffee_shop_demo.csv", "card_number", 2)
    months = [coffee[coffee["purchased_at"].str.startswith(f"2024-0{m}")] for m in (1, 2, 3)]
    files = {
        "home": sample("ecommerce_demo.csv", "user_id", 5),
        "boxes": sample("subscription_demo.csv", "subscriber_id", 5),
    }
    for number, rows in enumerate(months, start=1):
        installation.drop("coffee", f"2024-0{number}.csv", rows, age=100 - number)
    installation.drop(
        "coffee", "2024-04.csv", pd.DataFrame({"memo": ["nothing", "of"], "text": ["this", "sells"]}), age=90
    )
    for shop, rows in files.items():
        installation.drop(shop, "history.csv", rows)
    folders = {shop: shop_folder(installation.settings, shop) for shop in SHOPS}

    def settled() -> bool:
        return all((f / "results.json").exists() for f in folders.values()) and all(
            r[2] in FINISHED for r in installation.runs()
        )

    until(settled, 480, "results of all three shops")
    counted = Counter((shop, job, status) for shop, job, status, _ in installation.runs())
    assert counted == {
        ("coffee", "ingest_dropped_file", "SUCCESS"): 3,
        ("coffee", "ingest_dropped_file", "FAILURE"): 1,
        ("home", "ingest_dropped_file", "SUCCESS"): 1,
        ("boxes", "ingest_dropped_file", "SUCCESS"): 1,
        **{(shop, "train", "SUCCESS"): 1 for shop in SHOPS},
    }
    for shop, rows in {**files, "coffee": pd.concat(months)}.items():
        uploads = read_table(folders[shop], "uploads")
        assert uploads["rows_in"].sum() == len(rows), "each file once"
        assert len(read_table(folders[shop], "transactions")) == uploads["rows_kept"].sum()
        scores = read_table(folders[shop], "customer_scores")
        assert scores["churn_probability"].between(0, 1).sum() > 50
    statuses = installation.ask(PARTITIONS)["assetNodeOrError"]["assetPartitionStatuses"]
    assert sorted(statuses["materializedPartitions"]) == sorted(SHOPS), "visible in the UI"

    (reason,) = folders["coffee"].glob("quarantine/*/reason.json")
    assert read_json(reason)["file_name"] == "2024-04.csv"
    until(
        lambda: any("2024-04.csv is in quarantine" in text for text in installation.digests),
        90,
        "the alert of the quarantined file",
    )
    assert not any("job ingest_dropped_file failed" in text for text in installation.digests), "said once"

    schedule_all(installation)
    before = {
        shop: read_table(folder, "score_history", ["run_id"])["run_id"].nunique()
        for shop, folder in folders.items()
    }

    def scored() -> Counter[str]:
        return Counter(
            shop
            for shop, job, status, by in installation.runs()
            if (job, status, by) == ("score", "SUCCESS", "other_times")
        )

    until(lambda: set(scored()) == set(SHOPS), 420, "a scheduled scoring of every shop")
    all_scored = time.time()
    until(lambda: max(installation.ticks("other_times")) > all_scored, 120, "one more tick of the sensor")
    assert scored() == dict.fromkeys(SHOPS, 1), "due once"
    for shop, folder in folders.items():
        assert read_table(folder, "score_history", ["run_id"])["run_id"].nunique() == before[shop] + 1
        assert table_path(folder, "graded_scorings").exists()


def schedule_all(installation: Installation) -> None:
    """Sets the scoring of every shop to the minute after next: a time that has no schedule yet."""
    soon = datetime.now(UTC) + timedelta(minutes=2)
    for shop in SHOPS:
        config = load_shop(installation.settings, shop)
        routine = config.routine.model_copy(update={"score_cron": f"{soon.minute} {soon.hour} * * *"})
        save_shop(installation.settings, config.model_copy(update={"routine": routine}))
