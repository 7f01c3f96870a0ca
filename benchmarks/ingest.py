"""Seconds and peak memory of taking in a file of a given size: staging and publishing, the quality checks,
the profile.

    PYTHONPATH=. python benchmarks/ingest.py [--rows 1000000] [--kind csv|messy|jsonl|parquet|xlsx]

The file is made up: customers, times, order ids, products, categories, quantities, discounts. `messy` is a
CSV as a European till would write it: semicolons, decimal commas, day-first dates, a quarter of the rows
without a customer. Each file is measured in a process of its own."""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.ingest.ledger.publish_ledger import publish_staged
from churn_pipeline.ingest.stage import stage_uploads
from churn_pipeline.quality.outliers import unusual_customers
from churn_pipeline.quality.profile.profile import build_profile
from churn_pipeline.quality.suite import check_ledger
from churn_pipeline.shop.config import ColumnField, ShopConfig
from churn_pipeline.shop.directory import shop_folder
from churn_pipeline_tests.builders.workbooks import write_workbook

_CHUNK = 200_000
_FIELDS = ("customer_id", "order_id", "date", "amount", "product", "category", "quantity", "discount")


def write_file(path: Path, rows: int, kind: str) -> None:
    """Writes a made-up file of that kind."""
    rng = np.random.default_rng(1)
    frame = pd.concat([_rows(rng, start) for start in range(0, rows, _CHUNK)], ignore_index=True).head(rows)
    if kind == "messy":
        frame.loc[rng.random(rows) < 0.25, "customer_id"] = ""
        frame["date"] = frame.date.dt.strftime("%d.%m.%Y %H:%M:%S")
    if kind == "parquet":
        frame.to_parquet(path, index=False)
    elif kind == "jsonl":
        frame.assign(date=frame.date.astype(str)).to_json(path, orient="records", lines=True)
    elif kind == "xlsx":
        write_workbook(path, {"sales": [list(frame.columns), *frame.astype(str).to_numpy().tolist()]})
    else:
        frame.to_csv(
            path, index=False, sep=";" if kind == "messy" else ",", decimal="," if kind == "messy" else "."
        )


def _rows(rng: np.random.Generator, start: int) -> pd.DataFrame:
    product = rng.integers(0, 20_000, _CHUNK)
    return pd.DataFrame(
        {
            "customer_id": [f"{c:06d}" for c in rng.integers(0, 50_000, _CHUNK)],
            "order_id": 10**9 + (start + np.arange(_CHUNK)) // 3,
            "date": pd.Timestamp("2023-01-01")
            + pd.to_timedelta(rng.integers(0, 2 * 365 * 86400, _CHUNK) // 60 * 60, unit="s"),
            "amount": np.round(rng.gamma(2, 12, _CHUNK) + 0.01, 2),
            "product": product,
            "category": [f"category {p % 40}" for p in product],
            "quantity": rng.integers(1, 5, _CHUNK),
            "discount": np.round(rng.random(_CHUNK) * (rng.random(_CHUNK) < 0.2), 2),
        }
    )


def measure(file: Path) -> dict[str, float]:
    """Wall seconds of each part, processor seconds of taking in, and this process's peak memory in MB."""
    with tempfile.TemporaryDirectory() as home:
        settings, config = (
            Settings(home=Path(home), max_upload_mb=10_000),
            ShopConfig(name="bench", horizon=60),
        )
        began, used = time.perf_counter(), time.process_time()
        mapping = {ColumnField(f): f for f in _FIELDS}
        staged = stage_uploads(settings, config, [file], mapping=mapping, exact_mapping=True, run_id="bench")
        publish_staged(settings, "bench", "bench")
        seconds, processor = time.perf_counter() - began, time.process_time() - used
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        folder = shop_folder(settings, "bench")
        import great_expectations  # noqa: F401 - its import takes seconds and is no part of the checks

        checks, report = _timed(lambda: check_ledger(ShopStore(folder), config, settings, 60))
        forest, _ = _timed(lambda: unusual_customers(ShopStore(folder), settings))
        profile, _ = _timed(lambda: build_profile(ShopStore(folder), config, settings, report))
    return {
        "rows": staged.counts["rows_in"],
        "kept": staged.counts["rows_added"],
        "seconds": seconds,
        "processor": processor,
        "peak_mb": peak,
        "checks": checks,
        "forest": forest,
        "profile": profile,
    }


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--kind", choices=("csv", "messy", "jsonl", "parquet", "xlsx"), default="csv")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure)))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"shop.{arguments.kind if arguments.kind != 'messy' else 'csv'}"
        write_file(file, arguments.rows, arguments.kind)
        size = file.stat().st_size / 1e6
        done = subprocess.run(
            [sys.executable, __file__, "--measure", str(file)], check=True, capture_output=True, text=True
        )
    found = json.loads(done.stdout.splitlines()[-1])
    print(
        "| file | rows | kept | seconds | CPU seconds | peak memory, MB | checks, "
        "s | Isolation Forest, s | profile, s |"
    )
    times = f"{found['seconds']:.1f} | {found['processor']:.1f} | {found['peak_mb']:,.0f}"
    parts = f"{found['checks']:.1f} | {found['forest']:.1f} | {found['profile']:.1f}"
    print(f"| {arguments.kind}, {size:.0f} MB | {found['rows']:,} | {found['kept']:,} | {times} | {parts} |")


if __name__ == "__main__":
    main()
