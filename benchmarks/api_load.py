"""Latency of the REST API under 50 clients of one read a second each, on this machine alone.

python -m benchmarks.api_load                              a million made-up customers, 60 seconds
python -m benchmarks.api_load --customers 20000 --seconds 20
python -m benchmarks.api_load --beside data/samples/cdnow.csv    the same while a training runs beside it

40 % of the reads are one customer, 30 % a page of the list, 20 % the results, 10 % a page that is sorted or
filtered in another way. A client asks at fixed times, and the time of an answer counts from when it should
have been asked, so that a slow answer does not hide the waiting behind it. The server is a process of its own
on a free port of 127.0.0.1, over a home that is thrown away; both end by themselves.
"""

import argparse
import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import psutil
import pyarrow as pa
import pyarrow.compute as pc

from churn_pipeline.core.store import TableVersion, read_arrow, write_json, write_table
from churn_pipeline.shop.directory import shop_folder
from churn_pipeline_tests.builders.insight_frames import shop_tables
from churn_pipeline_tests.builders.report_documents import shop_results
from churn_pipeline_tests.builders.scored_home import SCORED, put_scores, scored_home

CLIENTS = 50
WARM_UP = 20
"""Seconds of the same reads before any is timed: libraries, caches and connections are then those of a server
that has run for a while."""
BASE = 10_000
"""So many different customers; more are copies with ids and values of their own."""
TABLES = ("transactions", "customer_scores", "customer_value")
OTHER_PAGES = ("sort=-clv", "sort=last_order_at", "risk_tier=high", "status=lapsed&sort=-clv", "min_value=50")


def put_customers(home: Path, customers: int) -> list[str]:
    """A home with a scored shop of so many customers; returns their ids."""
    settings, _ = scored_home(home)
    folder, base = shop_folder(settings, SCORED), shop_tables(min(customers, BASE))
    put_scores(settings, SCORED, base)
    write_json(folder / "results.json", shop_results(base).model_dump(mode="json"))
    copies = -(-customers // len(base.scores))
    for name in TABLES:
        table = read_arrow(folder, name)
        write_table(
            folder, name, pa.concat_tables(_copies(table, copies)), TableVersion("run", str(customers))
        )
    ids: list[str] = read_arrow(folder, "customer_scores", ["customer_id"])["customer_id"].to_pylist()
    return ids


def _copies(table: pa.Table, copies: int) -> Iterator[pa.Table]:
    position = table.column_names.index("customer_id")
    for number in range(copies):
        ids = pc.binary_join_element_wise(table["customer_id"], str(number), "-")
        copy = table.set_column(position, "customer_id", ids)
        if "clv" in table.column_names:
            scaled = pc.multiply(table["clv"], 0.5 + number / copies)
            copy = copy.set_column(table.column_names.index("clv"), "clv", scaled)
        yield copy


@contextmanager
def serving(home: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The API in a process of its own; its address and process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "churn_pipeline", "api", "--port", str(port)]
    server = subprocess.Popen(command, env=os.environ | {"CHURN_HOME": str(home)})
    address = f"http://127.0.0.1:{port}/api/v1"
    try:
        _wait_until_ready(server, address)
        yield address, psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait(30)


def _wait_until_ready(server: subprocess.Popen[bytes], address: str, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while server.poll() is None and time.monotonic() < end:
        try:
            if httpx.get(f"{address}/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError("the API does not answer")


def reads(ids: list[str], seed: int) -> Iterator[tuple[str, str]]:
    """Kind and address of a client's reads, for ever."""
    chance = random.Random(seed)
    while True:
        kind = chance.choices(("customer", "page", "results", "other page"), (40, 30, 20, 10))[0]
        if kind == "customer":
            yield kind, f"customers/{SCORED}/{chance.choice(ids)}"
        elif kind == "results":
            yield kind, f"results/{SCORED}"
        else:
            query = chance.choice(OTHER_PAGES) if kind == "other page" else ""
            yield kind, f"predictions/{SCORED}?limit=50&offset={50 * chance.randrange(40)}&{query}"


async def ask(
    http: httpx.AsyncClient,
    ids: list[str],
    number: int,
    seconds: int,
    found: dict[str, list[float]],
    bad: Counter,
) -> None:
    """One client: a read a second, begun at its own fraction of the second."""
    began, wanted = time.monotonic() + number / CLIENTS, reads(ids, number)
    for second in range(seconds):
        due = began + second
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        kind, path = next(wanted)
        try:
            answer = await http.get(path)
            if answer.status_code != 200:
                bad[f"{kind}: {answer.status_code}"] += 1
        except httpx.HTTPError as error:
            bad[f"{kind}: {type(error).__name__}"] += 1
        found[kind].append(1000 * (time.monotonic() - due))


async def load(address: str, ids: list[str], seconds: int) -> tuple[dict[str, list[float]], Counter]:
    """Milliseconds of the answers by kind of read, and what went wrong how often."""
    found: dict[str, list[float]] = defaultdict(list)
    bad: Counter = Counter()
    limits = httpx.Limits(max_connections=CLIENTS, max_keepalive_connections=CLIENTS)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=60) as http:
        await asyncio.gather(*(ask(http, ids, number, seconds, found, bad) for number in range(CLIENTS)))
    return found, bad


@contextmanager
def training(home: Path, file: Path | None) -> Iterator[subprocess.Popen[bytes] | None]:
    """A training of another shop of the home beside what is measured, where a file is given."""
    if file is None:
        yield None
        return
    command = [sys.executable, "-m", "churn_pipeline", "run", str(file.resolve()), "--shop", "beside"]
    run = subprocess.Popen(command, env=os.environ | {"CHURN_HOME": str(home)}, stdout=subprocess.DEVNULL)
    try:
        time.sleep(10)  # until it computes
        yield run
    finally:
        run.terminate()
        run.wait(60)


def shares(durations: list[float]) -> dict[str, float]:
    """Milliseconds below which half, 95 % and 99 % of the answers stay, and the slowest."""
    p50, p95, p99 = np.quantile(durations, (0.5, 0.95, 0.99))
    named = {"p50": p50, "p95": p95, "p99": p99, "slowest": max(durations)}
    return {"reads": len(durations), **{name: round(float(value), 1) for name, value in named.items()}}


def main() -> None:
    """Prints a JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--beside", type=Path, metavar="FILE", help="train on it meanwhile")
    asked = parser.parse_args()
    os.environ["CHURN_READS_PER_MINUTE"] = str(10**6)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        ids = put_customers(home, asked.customers)
        with serving(home) as (address, server):
            first = time.monotonic()
            httpx.get(f"{address}/predictions/{SCORED}?limit=1", timeout=600).raise_for_status()
            first_seconds = time.monotonic() - first
            asyncio.run(load(address, ids, WARM_UP))
            with training(home, asked.beside) as run:
                began, ours, theirs = time.monotonic(), time.process_time(), sum(server.cpu_times()[:2])
                found, bad = asyncio.run(load(address, ids, asked.seconds))
                seconds = time.monotonic() - began
                still_training = run is not None and run.poll() is None
            figures = {
                "customers": len(ids),
                "seconds": round(seconds, 1),
                "first_page_seconds": round(first_seconds, 2),
                "milliseconds": shares([d for durations in found.values() for d in durations]),
                "milliseconds_by_kind": {kind: shares(found[kind]) for kind in sorted(found)},
                "errors": dict(bad),
                "cpu_of_generator": round((time.process_time() - ours) / seconds, 3),
                "cpu_of_server": round((sum(server.cpu_times()[:2]) - theirs) / seconds, 3),
                "server_megabytes": round(server.memory_info().rss / 2**20),
                "a_training_ran_to_the_end_of_it": still_training,
            }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
