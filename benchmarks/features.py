"""Time and memory of the features on synthetic ledgers, beside pandas and polars doing a subset of the same
catalogue.

    python benchmarks/features.py
    python benchmarks/features.py --rows 1000000 --engines ours pandas --folder /somewhere/with/room

Each measurement runs in a process of its own; memory is that process's peak resident set. `ours` computes the
whole catalogue at one cutoff, `ours_24_cutoffs` at 24, `subset` is the SQL of the subset that pandas and
polars compute. The engines' results on the subset are compared, so none of them can be fast by computing
something else."""

import argparse
import importlib.util
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import psutil
import pyarrow.parquet as pq

from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import table_path
from churn_pipeline.features.snapshots import build_snapshots

END = datetime(2024, 12, 31)
HORIZON = 60
CUTOFF = END - timedelta(days=HORIZON)
WINDOWS = (30, 90, 365)
ROW_GROUP_ROWS = 1_048_576  # what the product writes

# Customers' order counts are skewed (a log-normal weight each), orders have 1-6 rows, products follow a power
# law, one row in 50 a return.
LEDGER = """
    WITH customers AS (
        SELECT i AS customer,
               exp(1.2 * sqrt(-2 * ln(1 - hash(i) / 18446744073709551616.0))
                   * cos(2 * pi() * hash(i + 7) / 18446744073709551616.0)) AS weight
        FROM range({first}, {last}) c(i)
    ),
    orders AS (
        SELECT customer, unnest(range(1 + CAST(weight * 14 AS BIGINT))) AS number FROM customers
    ),
    lines AS (
        SELECT customer, number, hash(customer, number + 1000) AS h,
               unnest(range(CAST(1 + hash(customer, number) % 6 AS BIGINT))) AS line FROM orders
    )
    SELECT 'C' || lpad(CAST(customer AS VARCHAR), 9, '0') AS customer_id,
           'O' || CAST(customer AS VARCHAR) || '-' || CAST(number AS VARCHAR) AS order_id,
           TIMESTAMP '2023-01-01' + to_seconds(CAST(h % (730 * 86400) AS BIGINT)) AS ts,
           (CASE WHEN hash(h, line) % 50 = 0 THEN -1
               ELSE 1 END) * CAST(100 + hash(line, h) % 10000 AS DOUBLE) / 100.0 AS amount,
           'product ' || CAST(floor(pow(hash(h, line, 9) / 18446744073709551616.0,
               3) * 20000) AS VARCHAR) AS product,
           'category ' || CAST(floor(pow(hash(h, line, 9) / 18446744073709551616.0,
               3) * 40) AS VARCHAR) AS category,
           CAST(1 + hash(h, line, 3) % 3 AS DOUBLE) AS quantity,
           CASE WHEN hash(h, 5) % 5 = 0 THEN 1.0::DOUBLE ELSE 0.0::DOUBLE END AS discount,
           amount < 0 AS is_return,
           'synthetic' AS upload_sha256
    FROM lines
    ORDER BY customer_id, ts, order_id, amount, product
"""
CUSTOMERS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Limits:
    """What an engine may take: memory in GB, wall time in seconds."""

    memory_gb: float
    seconds: float


def write_ledger(folder: Path, rows: int) -> None:
    """A ledger of exactly `rows` rows as the shop's transactions table, in the order in which the product
    publishes it."""
    first, left, writer = 0, rows, None
    with duckdb.connect() as connection:
        while left > 0:
            part = (
                connection.sql(LEDGER.format(first=first, last=first + CUSTOMERS_AT_ONCE))
                .to_arrow_table()
                .slice(0, left)
            )
            writer = writer or pq.ParquetWriter(
                table_path(folder, "transactions"), part.schema, compression="zstd"
            )
            writer.write_table(part, row_group_size=ROW_GROUP_ROWS)
            first, left = first + CUSTOMERS_AT_ONCE, left - part.num_rows
    if writer:
        writer.close()


def ours(folder: Path) -> dict[str, float]:
    return _sums(build_snapshots(ShopStore(folder), [CUTOFF], HORIZON, 2, labelled=True).to_pandas())


def ours_24_cutoffs(folder: Path) -> dict[str, float]:
    cutoffs = [CUTOFF - timedelta(days=k * HORIZON // 4) for k in range(24)]
    table = build_snapshots(ShopStore(folder), cutoffs, HORIZON, 2, labelled=True)
    return {"rows": float(table.num_rows), "columns": float(table.num_columns)}


def subset(folder: Path) -> dict[str, float]:
    """The subset in one SQL statement over DuckDB: what the catalogue costs beyond it is the difference to
    `ours`."""
    windows = ", ".join(f"count_if(age <= {d}) AS orders_last_{d}_days" for d in WINDOWS)
    statement = f"""
        WITH orders AS (
            SELECT customer_id, order_id, min(ts) AS occurred_at, sum(CAST(amount AS DECIMAL(18, 4))) AS value
            FROM read_parquet('{table_path(folder, "transactions")}')
            WHERE ts < TIMESTAMP '{CUTOFF}' AND amount > 0 AND quantity > 0 AND NOT is_return
            GROUP BY ALL
        ),
        aged AS (
            SELECT *, date_diff('microsecond', occurred_at, TIMESTAMP '{CUTOFF}') / 86400e6 AS age,
                   nullif(date_diff('day',
                       lag(occurred_at) OVER (PARTITION BY customer_id ORDER BY occurred_at), occurred_at),
                           0) AS gap
            FROM orders
        )
        SELECT customer_id, min(age) AS days_since_last_purchase, count(*) AS total_purchase_count,
               CAST(sum(value) AS DOUBLE) / count(*) AS average_order_value,
                   avg(gap) AS avg_days_between_purchases, {windows}
        FROM aged GROUP BY customer_id HAVING count(*) >= 2 AND min(age) <= {HORIZON}
    """
    return _sums(duckdb.sql(statement).df())


def pandas(folder: Path) -> dict[str, float]:
    import pandas as pd

    rows = pd.read_parquet(
        table_path(folder, "transactions"),
        columns=["customer_id", "order_id", "ts", "amount", "quantity", "is_return"],
    )
    rows = rows[(rows.ts < CUTOFF) & (rows.amount > 0) & (rows.quantity > 0) & ~rows.is_return]
    orders = (
        rows.groupby(["customer_id", "order_id"], sort=False)
        .agg(at=("ts", "min"), value=("amount", "sum"))
        .reset_index()
    )
    orders = orders.sort_values(["customer_id", "at"])
    orders["age"] = (pd.Timestamp(CUTOFF) - orders["at"]) / pd.Timedelta(days=1)
    gap = orders["at"].dt.normalize().groupby(orders.customer_id).diff() / pd.Timedelta(days=1)
    orders["gap"] = gap.where(gap > 0)
    for days in WINDOWS:
        orders[f"orders_last_{days}_days"] = orders.age <= days
    grouped = orders.groupby("customer_id")
    table = grouped.agg(
        days_since_last_purchase=("age", "min"),
        total_purchase_count=("age", "size"),
        average_order_value=("value", "mean"),
        avg_days_between_purchases=("gap", "mean"),
        **{f"orders_last_{d}_days": (f"orders_last_{d}_days", "sum") for d in WINDOWS},
    )
    return _sums(table[(table.total_purchase_count >= 2) & (table.days_since_last_purchase <= HORIZON)])


def polars(folder: Path) -> dict[str, float]:
    import polars as pl

    c = pl.col
    orders = (
        pl.scan_parquet(table_path(folder, "transactions"))
        .filter((c("ts") < CUTOFF) & (c("amount") > 0) & (c("quantity") > 0) & ~c("is_return"))
        .group_by("customer_id", "order_id")
        .agg(c("ts").min().alias("at"), c("amount").sum().alias("value"))
        .sort("customer_id", "at")
        .with_columns(
            ((pl.lit(CUTOFF) - c("at")).dt.total_microseconds() / 86400e6).alias("age"),
            c("at").dt.date().diff().over("customer_id").dt.total_days().alias("gap"),
        )
        .with_columns(pl.when(c("gap") > 0).then(c("gap")).alias("gap"))
    )
    table = (
        orders.group_by("customer_id")
        .agg(
            c("age").min().alias("days_since_last_purchase"),
            pl.len().alias("total_purchase_count"),
            c("value").mean().alias("average_order_value"),
            c("gap").mean().alias("avg_days_between_purchases"),
            *[(c("age") <= d).sum().alias(f"orders_last_{d}_days") for d in WINDOWS],
        )
        .filter((c("total_purchase_count") >= 2) & (c("days_since_last_purchase") <= HORIZON))
    )
    return _sums(table.collect(engine="streaming").to_pandas())


COMPARED = (
    "days_since_last_purchase",
    "total_purchase_count",
    "average_order_value",
    "avg_days_between_purchases",
    *(f"orders_last_{d}_days" for d in WINDOWS),
)
ENGINES: dict[str, Callable[[Path], dict[str, float]]] = {
    f.__name__: f for f in (ours, ours_24_cutoffs, subset, pandas, polars)
}


def _sums(table) -> dict[str, float]:
    return {"rows": float(len(table)), **{name: float(table[name].sum()) for name in COMPARED}}


def measure(engine: str, folder: Path) -> dict[str, object]:
    """Wall seconds, CPU seconds of the whole process, peak memory (GB) and result sums of one engine, in this
    process."""
    start = time.perf_counter()
    sums = ENGINES[engine](folder)
    seconds = time.perf_counter() - start
    return {
        "engine": engine,
        "seconds": seconds,
        "cpu": time.process_time(),
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
        "sums": sums,
    }


def compare(folder: Path, engines: list[str], limits: Limits) -> list[dict[str, object]]:
    """All engines on the ledger in `folder`, each in a fresh process; running out of memory or time is a
    result, too."""
    results = [_alone(engine, folder, limits) for engine in engines]
    agreed = [
        r["sums"] for r in results if isinstance(r.get("sums"), dict) and "average_order_value" in r["sums"]
    ]  # type: ignore[operator]
    for sums in agreed[1:]:
        far = {n for n in sums if abs(sums[n] - agreed[0][n]) > 1e-6 * max(1.0, abs(agreed[0][n]))}  # type: ignore[index,union-attr]
        if far:
            raise SystemExit(f"the engines disagree about {sorted(far)}")
    return results


def _alone(engine: str, folder: Path, limits: Limits) -> dict[str, object]:
    """`measure` in a process of its own, which is stopped at the limits."""
    if engine == "polars" and not importlib.util.find_spec("polars"):
        return {"engine": engine, "failed": "not installed: pip install polars"}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        child = psutil.Popen(
            [sys.executable, __file__, "--measure", engine, str(folder)], stdout=out, stderr=err
        )
        start, why = time.monotonic(), ""
        while child.poll() is None and not why:
            time.sleep(0.1)
            if _resident_gb(child) > limits.memory_gb:
                why = f"stopped above {limits.memory_gb:g} GB"
            elif time.monotonic() - start > limits.seconds:
                why = f"stopped after {limits.seconds:g} s"
        if why:
            child.kill()
        child.wait()
        out.seek(0)
        err.seek(0)
        if why or child.returncode:
            return {
                "engine": engine,
                "failed": why or err.read().strip()[-200:] or f"exit {child.returncode}",
            }
        return dict(json.loads(out.read().strip().splitlines()[-1]))


def _resident_gb(process: psutil.Popen) -> float:
    try:
        return float(process.memory_info().rss / 1e9)
    except psutil.NoSuchProcess:
        return 0.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000, 100_000_000])
    parser.add_argument("--engines", nargs="+", choices=list(ENGINES), default=list(ENGINES))
    parser.add_argument(
        "--folder",
        type=Path,
        help="where ledgers are written and kept: FOLDER/<rows> (default: a temporary folder)",
    )
    parser.add_argument("--memory-gb", type=float, default=12, help="an engine that takes more is stopped")
    parser.add_argument("--seconds", type=float, default=600, help="an engine that takes longer is stopped")
    parser.add_argument("--measure", nargs=2, metavar=("ENGINE", "FOLDER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure[0], Path(arguments.measure[1]))))
        return
    print(f"{os.cpu_count()} cores, load when it began: {os.getloadavg()[0]:.1f}\n")
    print("| rows | engine | seconds | CPU seconds | peak memory, GB |\n|---:|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as temporary:
        for rows in arguments.rows:
            folder = (arguments.folder or Path(temporary)) / str(rows)
            folder.mkdir(parents=True, exist_ok=True)
            if not table_path(folder, "transactions").exists():
                write_ledger(folder, rows)
            for r in compare(folder, arguments.engines, Limits(arguments.memory_gb, arguments.seconds)):
                cells = (
                    f"{r['seconds']:.1f} | {r['cpu']:.1f} | {r['peak_gb']:.1f}"
                    if "seconds" in r
                    else f"{r['failed']} | |"
                )
                print(f"| {rows:,} | {r['engine']} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
