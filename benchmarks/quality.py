"""Our champion beside BG/NBD, Pareto/NBD, FLAML and AutoGluon: the same shop, cutoff and customers, by AUC,
AP and log loss.

    CHURN_HOME=~/somewhere python benchmarks/quality.py --shop cdnow --flaml flaml-env/bin/python --seconds 60

Needs a finished `churn run`. Peers get our features: (a) of the newest training cutoff alone, (b) of all
training cutoffs, where a tool validates by row unless told better, and (c) the same with the folds by
customer. Nobody gets the test labels. peers/README.md says how to make their environments; a peer without one
is left out."""

import argparse
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import duckdb_over, read_json, read_table
from churn_pipeline.core.tables import TEST_PREDICTIONS, TRAINING_SNAPSHOTS, TRANSACTIONS
from churn_pipeline.purchase_model.summaries import purchase_summaries
from churn_pipeline.shop.directory import shop_folder
from churn_pipeline.training.evaluation.metrics import bootstrap_interval, resampled_auc, row_losses

PEERS = Path(__file__).parent / "peers"
KEY, LABEL = "customer_id", "churned"
NOT_FEATURES = [KEY, LABEL, "cutoff", "split", "fold"]
SEED = 42


@dataclass(frozen=True)
class Entry:
    """One line of the table: p are churn probabilities of the test rows; seconds None where the time is not
    comparable."""

    name: str
    p: NDArray[np.float64]
    seconds: float | None = None


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shop", required=True)
    parser.add_argument(
        "--seconds", type=float, default=60, help="time budget of FLAML and AutoGluon, each fit"
    )
    parser.add_argument(
        "--keep",
        type=Path,
        help="folder that keeps the peers' predictions, which another run with it takes from there",
    )
    for peer in ("flaml", "autogluon", "lifetimes"):
        parser.add_argument(f"--{peer}", type=Path, help=f"python of an environment with {peer}")
    arguments = parser.parse_args()
    folder = shop_folder(Settings(), arguments.shop)
    predictions = read_table(folder, TEST_PREDICTIONS.name)
    snapshots = read_table(folder, TRAINING_SNAPSHOTS.name)
    with tempfile.TemporaryDirectory() as scratch:
        entries = all_entries(arguments, folder, predictions, snapshots, Path(scratch))
        print_table(entries, predictions[LABEL].to_numpy(), arguments.shop)


def all_entries(
    arguments: argparse.Namespace,
    folder: Path,
    predictions: pd.DataFrame,
    snapshots: pd.DataFrame,
    scratch: Path,
) -> Iterator[Entry]:
    """Ours first, then each peer that has an environment."""
    yield from ours(folder, predictions)
    if arguments.lifetimes:
        yield pareto_nbd(arguments.lifetimes, folder, predictions, scratch)
    for tool in ("flaml", "autogluon"):
        if python := getattr(arguments, tool):
            yield from automl(
                tool, python, snapshots, predictions, arguments.seconds, scratch, arguments.keep
            )


def ours(folder: Path, predictions: pd.DataFrame) -> Iterator[Entry]:
    """The champion, as it scored the test before its refit, and the two baselines."""
    kind = read_json(folder / "results.json")["summary"]["champion_model"]
    yield Entry(f"**churn_pipeline champion** ({kind})", predictions["p_champion"].to_numpy())
    yield Entry("BG/NBD", predictions["p_bg_nbd"].to_numpy())
    yield Entry("hiatus rule", predictions["p_hiatus"].to_numpy())


def pareto_nbd(python: Path, folder: Path, predictions: pd.DataFrame, scratch: Path) -> Entry:
    """Fitted on every customer before the test cutoff, as BG/NBD is."""
    cutoff = predictions["cutoff"].iloc[0]
    with duckdb_over(folder, [TRANSACTIONS.name]) as connection:
        rows = purchase_summaries(connection, cutoff.to_pydatetime()).set_index(KEY)
    order = [*predictions[KEY], *rows.index.difference(predictions[KEY])]
    rows = rows.loc[order].assign(is_test=np.arange(len(order)) < len(predictions))
    rows.to_parquet(scratch / "summaries.parquet")
    horizon = read_json(folder / "results.json")["summary"]["horizon_days"]
    p, seconds = call(python, "pareto_nbd_peer.py", scratch, str(horizon))
    return Entry("Pareto/NBD (lifetimes)", p, seconds)


def automl(
    tool: str,
    python: Path,
    snapshots: pd.DataFrame,
    predictions: pd.DataFrame,
    budget: float,
    scratch: Path,
    keep: Path | None,
) -> Iterator[Entry]:
    """The tool on the newest training cutoff, on all of them, and on all of them with folds by customer."""
    features = [c for c in snapshots.columns if c not in NOT_FEATURES]
    train = snapshots[snapshots["split"] == "train"]
    test = snapshots[snapshots["split"] == "test"].set_index(KEY).loc[predictions[KEY]].reset_index()
    test[[KEY, *features]].to_parquet(scratch / "test.parquet")
    newest = train[train["cutoff"] == train["cutoff"].max()]
    for rows, split, words in (
        (newest, "by_row", "newest training cutoff"),
        (train, "by_row", "all training cutoffs"),
        (train, "by_customer", "all training cutoffs, folds by customer"),
    ):
        kept = keep / f"{tool} {words}.parquet" if keep else None
        if kept and kept.exists():
            known = pd.read_parquet(kept)
            yield Entry(f"{tool}: {words}", known["p"].to_numpy(), float(known["seconds"].iloc[0]))
            continue
        rows[[KEY, *features, LABEL]].to_parquet(scratch / "train.parquet")
        p, seconds = call(python, f"{tool}_peer.py", scratch, str(budget), split, str(SEED))
        if kept:
            pd.DataFrame({"p": p, "seconds": seconds}).to_parquet(kept)
        yield Entry(f"{tool}: {words}", p, seconds)


def call(python: Path, script: str, scratch: Path, *words: str) -> tuple[NDArray[np.float64], float]:
    """Runs a peer in its own environment; its probabilities and the seconds it took, its start included."""
    started = time.perf_counter()
    done = subprocess.run(
        [python, PEERS / script, scratch, *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{script} failed: {done.stderr[-2000:]}")
    return pd.read_parquet(scratch / "predictions.parquet")["p"].to_numpy(), time.perf_counter() - started


def print_table(entries: Iterator[Entry], y: NDArray[np.int8], shop: str) -> None:
    """Markdown, a line as soon as it is known.

    The interval is of the champion's lead in AUC, by bootstrap over test customers, positive where the
    champion is better."""
    print(
        f"{shop}: {len(y):,} test customers, churn rate {y.mean():.3f}, {len(os.sched_getaffinity(0))} cpus\n"
    )
    print(
        "| | AUC | AP | log loss | champion's lead in AUC (95 %) | in log loss (95 %) | seconds "
        "|\n|---|---|---|---|---|---|---|"
    )
    champion: Entry | None = None
    for entry in entries:
        champion = champion or entry
        auc = resampled_auc(y, entry.p)(np.arange(len(y)))
        line = [
            entry.name,
            f"{auc:.4f}",
            f"{average_precision_score(y, entry.p):.4f}",
            f"{row_losses(y, entry.p).mean():.4f}",
        ]
        leads = (
            ["", ""] if entry is champion else [auc_lead(y, champion, entry), loss_lead(y, champion, entry)]
        )
        print(
            "|",
            " | ".join([*line, *leads, "" if entry.seconds is None else f"{entry.seconds:.0f}"]),
            "|",
            flush=True,
        )


def auc_lead(y: NDArray[np.int8], champion: Entry, other: Entry) -> str:
    """Interval of the difference of AUC, champion minus other."""
    first, second = resampled_auc(y, champion.p), resampled_auc(y, other.p)
    low, high = bootstrap_interval(lambda rows: first(rows) - second(rows), len(y), SEED)
    return f"{low:+.4f} to {high:+.4f}"


def loss_lead(y: NDArray[np.int8], champion: Entry, other: Entry) -> str:
    """Interval of the difference of log loss, other minus champion."""
    lead = row_losses(y, other.p) - row_losses(y, champion.p)
    low, high = bootstrap_interval(lambda rows: float(lead[rows].mean()), len(y), SEED)
    return f"{low:+.4f} to {high:+.4f}"


if __name__ == "__main__":
    main()
