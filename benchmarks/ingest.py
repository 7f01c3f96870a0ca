"""Seconds and peak memory of taking in a CSV of a given size: staging and publishing, in a process of its own.

    python benchmarks/ingest.py [--megabytes 100] [--messy]

The file is made up: customers, times, order ids, products, categories, quantities, discounts. `--messy` writes it as a European till
would: semicolons, decimal commas, day-first dates, a quarter of the rows without a customer.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from churn_pipeline.ingest.publish import publish_staged
from churn_pipeline.ingest.stage import stage_uploads
from churn_pipeline.settings import Settings
from churn_pipeline.shops import ColumnField, ShopConfig

_CHUNK = 200_000
_FIELDS = ("customer_id", "order_id", "date", "amount", "product", "category", "quantity", "discount")


def write_file(path: Path, megabytes: int, *, messy: bool) -> int:
    """Writes a made-up CSV of about that size; returns its number of rows."""
    rng, rows = np.random.default_rng(1), 0
    with path.open("w", encoding="utf-8", newline="") as file:
        while file.tell() < megabytes * 1_000_000:
            frame = _rows(rng, rows)
            if messy:
                frame.loc[rng.random(len(frame)) < 0.25, "customer_id"] = ""
                frame["date"] = frame.date.dt.strftime("%d.%m.%Y %H:%M:%S")
            frame.to_csv(file, index=False, header=rows == 0, sep=";" if messy else ",", decimal="," if messy else ".")
            rows += len(frame)
    return rows


def _rows(rng: np.random.Generator, start: int) -> pd.DataFrame:
    product = rng.integers(0, 20_000, _CHUNK)
    return pd.DataFrame(
        {
            "customer_id": [f"{c:06d}" for c in rng.integers(0, 50_000, _CHUNK)],
            "order_id": 10**9 + (start + np.arange(_CHUNK)) // 3,
            "date": pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 2 * 365 * 86400, _CHUNK) // 60 * 60, unit="s"),
            "amount": np.round(rng.gamma(2, 12, _CHUNK) + 0.01, 2),
            "product": product,
            "category": [f"category {p % 40}" for p in product],
            "quantity": rng.integers(1, 5, _CHUNK),
            "discount": np.round(rng.random(_CHUNK) * (rng.random(_CHUNK) < 0.2), 2),
        }
    )


def measure(file: Path) -> dict[str, float]:
    """Wall and processor seconds of staging and publishing, and this process's peak memory."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), max_upload_mb=10_000)
        began, used = time.perf_counter(), time.process_time()
        mapping = {ColumnField(f): f for f in _FIELDS}
        staged = stage_uploads(settings, ShopConfig(name="bench"), [file], mapping=mapping, exact_mapping=True, run_id="bench")
        publish_staged(settings, "bench", "bench")
        seconds, processor = time.perf_counter() - began, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "rows": staged.counts["rows_in"],
        "kept": staged.counts["rows_added"],
        "seconds": seconds,
        "processor": processor,
        "peak_mb": peak,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--messy", action="store_true")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure)))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "shop.csv"
        write_file(file, arguments.megabytes, messy=arguments.messy)
        size = file.stat().st_size / 1e6
        done = subprocess.run([sys.executable, __file__, "--measure", str(file)], check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    print(f"{'file':>10} {'rows':>12} {'kept':>12} {'seconds':>9} {'processor s':>12} {'peak MB':>9}")
    times = f"{found['seconds']:>9.1f} {found['processor']:>12.1f}"
    print(f"{size:>7.0f} MB {found['rows']:>12,} {found['kept']:>12,} {times} {found['peak_mb']:>9,.0f}")


if __name__ == "__main__":
    main()
