"""Time and memory of the features on synthetic ledgers, beside pandas and polars doing a subset of the same catalogue.

    python benchmarks/features.py --rows 1000000 10000000 --engines ours ours_24_cutoffs subset pandas polars

Each measurement runs in a process of its own; memory is that process's peak resident set. `ours` computes the whole catalogue at one
cutoff, `ours_24_cutoffs` at 24, `subset` is the SQL of the subset that pandas and polars compute. The engines' results on the
subset are compared, so none of them can be fast by computing something else.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from churn_pipeline.features.snapshots import build_snapshots
from churn_pipeline.storage import table_path

END = datetime(2024, 12, 31)
HORIZON = 60
CUTOFF = END - timedelta(days=HORIZON)
WINDOWS = (30, 90, 365)

# Customers' order counts are skewed (a log-normal weight each), orders have 1-6 rows, products follow a power law, one row in 50 a return.
LEDGER = """
    COPY (
        WITH customers AS (
            SELECT i AS customer,
                   exp(1.2 * sqrt(-2 * ln(1 - hash(i) / 18446744073709551616.0)) * cos(2 * pi() * hash(i + 7) / 18446744073709551616.0))
                       AS weight
            FROM range({customers}) c(i)
        ),
        orders AS (
            SELECT customer, unnest(range(1 + CAST(weight * {orders_per_weight} AS BIGINT))) AS number FROM customers
        ),
        lines AS (
            SELECT customer, number, hash(customer, number + 1000) AS h,
                   unnest(range(CAST(1 + hash(customer, number) % 6 AS BIGINT))) AS line FROM orders
        )
        SELECT 'C' || lpad(CAST(customer AS VARCHAR), 9, '0') AS customer_id,
               'O' || CAST(customer AS VARCHAR) || '-' || CAST(number AS VARCHAR) AS order_id,
               TIMESTAMP '2023-01-01' + to_seconds(CAST(h % (730 * 86400) AS BIGINT)) AS ts,
               (CASE WHEN hash(h, line) % 50 = 0 THEN -1 ELSE 1 END) * CAST(100 + hash(line, h) % 10000 AS DOUBLE) / 100.0 AS amount,
               'product ' || CAST(floor(pow(hash(h, line, 9) / 18446744073709551616.0, 3) * 20000) AS VARCHAR) AS product,
               'category ' || CAST(floor(pow(hash(h, line, 9) / 18446744073709551616.0, 3) * 40) AS VARCHAR) AS category,
               CAST(1 + hash(h, line, 3) % 3 AS DOUBLE) AS quantity,
               CASE WHEN hash(h, 5) % 5 = 0 THEN 1.0::DOUBLE ELSE 0.0::DOUBLE END AS discount,
               amount < 0 AS is_return,
               'synthetic' AS upload_sha256
        FROM lines
        LIMIT {rows}
    ) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""


def write_ledger(folder: Path, rows: int) -> None:
    """A ledger of exactly `rows` rows as the shop's transactions table."""
    customers = max(rows // 80, 100)
    sql = LEDGER.format(customers=customers, orders_per_weight=14, rows=rows, path=table_path(folder, "transactions"))
    with duckdb.connect() as connection:
        connection.execute(f"SET temp_directory = '{folder}'")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(sql)


def ours(folder: Path) -> dict[str, float]:
    return _sums(build_snapshots(folder, [CUTOFF], HORIZON, 2, labelled=True).to_pandas())


def ours_24_cutoffs(folder: Path) -> dict[str, float]:
    cutoffs = [CUTOFF - timedelta(days=k * HORIZON // 4) for k in range(24)]
    table = build_snapshots(folder, cutoffs, HORIZON, 2, labelled=True)
    return {"rows": float(table.num_rows), "columns": float(table.num_columns)}


def subset(folder: Path) -> dict[str, float]:
    """The subset in one SQL statement over DuckDB: what the catalogue costs beyond it is the difference to `ours`."""
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
                   nullif(date_diff('day', lag(occurred_at) OVER (PARTITION BY customer_id ORDER BY occurred_at), occurred_at), 0) AS gap
            FROM orders
        )
        SELECT customer_id, min(age) AS days_since_last_purchase, count(*) AS total_purchase_count,
               CAST(sum(value) AS DOUBLE) / count(*) AS average_order_value, avg(gap) AS avg_days_between_purchases, {windows}
        FROM aged GROUP BY customer_id HAVING count(*) >= 2 AND min(age) <= {HORIZON}
    """
    return _sums(duckdb.sql(statement).df())


def pandas(folder: Path) -> dict[str, float]:
    import pandas as pd

    rows = pd.read_parquet(table_path(folder, "transactions"), columns=["customer_id", "order_id", "ts", "amount", "quantity", "is_return"])
    rows = rows[(rows.ts < CUTOFF) & (rows.amount > 0) & (rows.quantity > 0) & ~rows.is_return]
    orders = rows.groupby(["customer_id", "order_id"], sort=False).agg(at=("ts", "min"), value=("amount", "sum")).reset_index()
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
ENGINES: dict[str, Callable[[Path], dict[str, float]]] = {f.__name__: f for f in (ours, ours_24_cutoffs, subset, pandas, polars)}


def _sums(table) -> dict[str, float]:
    return {"rows": float(len(table)), **{name: float(table[name].sum()) for name in COMPARED}}


def measure(engine: str, folder: Path) -> dict[str, object]:
    """Wall seconds, CPU seconds of the whole process, peak memory (GB) and result sums of one engine, in this process."""
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


def compare(rows: int, engines: list[str], folder: Path) -> list[dict[str, object]]:
    """All engines on one ledger, each in a fresh process; a failure (such as no memory left) is a result, too."""
    write_ledger(folder, rows)
    results: list[dict[str, object]] = []
    for engine in engines:
        done = subprocess.run([sys.executable, __file__, "--measure", engine, str(folder)], capture_output=True, text=True, check=False)
        last = done.stdout.strip().splitlines()[-1] if done.returncode == 0 else ""
        results.append(json.loads(last) if last else {"engine": engine, "failed": done.stderr.strip()[-200:] or f"exit {done.returncode}"})
    agreed = [r["sums"] for r in results if isinstance(r.get("sums"), dict) and "average_order_value" in r["sums"]]  # type: ignore[operator]
    for sums in agreed[1:]:
        far = {n for n in sums if abs(sums[n] - agreed[0][n]) > 1e-6 * max(1.0, abs(agreed[0][n]))}  # type: ignore[index,union-attr]
        if far:
            raise SystemExit(f"{rows} rows: the engines disagree about {sorted(far)}")
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--engines", nargs="+", choices=list(ENGINES), default=list(ENGINES))
    parser.add_argument("--folder", type=Path, help="where ledgers are written (default: a temporary folder)")
    parser.add_argument("--measure", nargs=2, metavar=("ENGINE", "FOLDER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure[0], Path(arguments.measure[1]))))
        return
    print("| rows | engine | seconds | CPU seconds | peak memory, GB |\n|---:|---|---:|---:|---:|")
    for rows in arguments.rows:
        with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
            for r in compare(rows, arguments.engines, Path(folder)):
                cells = f"{r['seconds']:.1f} | {r['cpu']:.1f} | {r['peak_gb']:.1f}" if "seconds" in r else f"failed: {r['failed']} | |"
                print(f"| {rows:,} | {r['engine']} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
