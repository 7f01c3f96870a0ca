"""Seconds of the whole job by stage, on a synthetic shop, from an upload to the results document.

    python benchmarks/whole_job.py --eligible 15000 [--score]

The shop is generated (gamma-distributed order rates, drop-out, products, discounts) so that about as many
customers as asked are eligible at data end. The command runs as a user would run it, in a home of its own;
the seconds of steps are Dagster's own. --score: scores the shop again, as every week. CPU seconds are of the
command and its processes; on a busy machine they are the ones to compare."""

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import dagster as dg
import numpy as np
import pandas as pd

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_json
from churn_pipeline.shop.directory import shop_folder

DAYS, HORIZON = 730, 60
SHARE_ELIGIBLE = 0.46


def synthetic_file(path: Path, customers: int, seed: int = 7) -> int:
    """Writes a transaction file of `customers` customers over two years; returns its rows."""
    rng = np.random.default_rng(seed)
    start, lifetime = rng.uniform(0, DAYS * 0.9, customers), rng.exponential(DAYS * 0.8, customers)
    gap = rng.gamma(2.0, 14.0, customers) + 2
    orders = rng.poisson(np.minimum(lifetime, DAYS - start) / gap) + 1
    owner = np.repeat(np.arange(customers), orders)
    span = np.minimum(lifetime, DAYS - start)[owner]
    at = start[owner] + rng.uniform(0, 1, len(owner)) * span
    frame = pd.DataFrame(
        {
            "customer": owner,
            "date": (pd.Timestamp("2023-01-01") + pd.to_timedelta(np.round(at * 86400), unit="s")).strftime(
                "%Y-%m-%d %H:%M:%S"
            ),
            "amount": np.round(rng.gamma(3.0, 12.0, len(owner)) + 1, 2),
            "product": rng.integers(0, 300, len(owner)),
            "category": rng.integers(0, 12, len(owner)),
            "quantity": rng.integers(1, 5, len(owner)),
            "discount": np.where(rng.random(len(owner)) < 0.2, 2.0, 0.0),
        }
    )
    frame.to_csv(path, index=False)
    return len(frame)


def timed(home: Path, *arguments: str) -> tuple[float, float]:
    """Seconds and CPU seconds of a `churn` command in a home."""
    command = [sys.executable, "-m", "churn_pipeline.cli", *arguments]
    started, used = time.perf_counter(), _children_cpu()
    subprocess.run(command, check=True, env=os.environ | {"CHURN_HOME": str(home)}, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started, _children_cpu() - used


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def print_steps(home: Path) -> None:
    """Dagster's seconds of each step of the newest run."""
    with dg.DagsterInstance.from_config(str(Settings(home=home).dagster_home)) as instance:
        steps = instance.get_run_step_stats(instance.get_runs(limit=1)[0].run_id)
    for step in sorted(steps, key=lambda s: s.start_time or 0):
        print(f"  {step.step_key:22s} {(step.end_time or 0) - (step.start_time or 0):7.1f} s")


def main() -> None:
    """Prints the steps and the whole of each command."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--eligible", type=int, default=15_000)
    arguments.add_argument("--score", action="store_true")
    asked = arguments.parse_args()
    fields = ("customer_id=customer", "date=date", "amount=amount", "product=product", "category=category")
    maps = [f"--map={field}" for field in (*fields, "quantity=quantity", "discount=discount")]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        rows = synthetic_file(home / "sales.csv", round(asked.eligible / SHARE_ELIGIBLE))
        commands = [("run", str(home / "sales.csv"), "--shop", "bench", f"--horizon={HORIZON}", *maps)]
        commands += [("score", "--shop", "bench")] if asked.score else []
        for command in commands:
            seconds, cpu = timed(home, *command)
            summary = read_json(shop_folder(Settings(home=home), "bench") / "results.json")["summary"]
            print(
                f"churn {command[0]}: {rows:,} rows, {summary['eligible_customers']:,} eligible customers, "
                f"{os.cpu_count()} cpus, {platform.machine()}"
            )
            print_steps(home)
            print(f"  {'whole command':22s} {seconds:7.1f} s, {cpu:.1f} s of CPU", flush=True)


if __name__ == "__main__":
    main()
