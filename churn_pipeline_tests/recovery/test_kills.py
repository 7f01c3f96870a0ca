"""kill -9 of commands, runs and steps at many places: what was published stays whole, the next run closes,
repairs and completes."""

import os
import signal
import subprocess
import time

import pandas as pd
import psutil
import pytest

from churn_pipeline.core.store import read_table
from churn_pipeline_tests.builders.commands import MAPS
from churn_pipeline_tests.builders.installations import SHOP, ingested, new_installation

KILLED = -signal.SIGKILL
TRAIN = ("run", "--shop", SHOP, *MAPS)


@pytest.mark.parametrize("accident", ["write:uploads.parquet", "ledger:1", "ledger:3", "ledger:4"])
def test_a_ledger_that_was_being_published_is_the_old_or_the_new_one(tmp_path, whole_ledger, accident):
    """The two files are delivered again and again until all is well, as an operator would."""
    installation = new_installation(tmp_path)
    command = ("ledger", installation.first, "--shop", SHOP, *MAPS)
    assert installation.churn(*command, accident=accident).code == KILLED
    ingested(installation)
    pd.testing.assert_frame_equal(
        read_table(installation.folder, "transactions").drop(columns="upload_sha256"),
        whole_ledger.drop(columns="upload_sha256"),
    )
    assert read_table(installation.folder, "uploads")["file_name"].tolist() == ["first.csv", "second.csv"]
    assert list((installation.folder / "staged").glob("publishing.json")) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("accident", "published"),
    [
        ("write:training_snapshots.parquet", False),
        ("write:xgboost.json", False),
        ("write:champion.json", False),  # registered already
        ("write:score_history.parquet", False),
        ("write:warehouse.duckdb", False),
        ("write:results.json", False),
        ("ledger:2", False),
        ("run:1", True),  # from here on whoever comes next finishes the publication
        ("run:25", True),
    ],
)
def test_a_run_killed_anywhere_leaves_a_whole_set_and_the_next_command_finds_its_way(
    trained, accident, published
):
    before, scorings = trained.results()["run_id"], trained.scorings()
    done = trained.churn(*TRAIN, trained.first, trained.second, accident=accident)
    assert done.code == KILLED, done.err
    assert SHOP in trained.churn("shops").out
    after = trained.results()["run_id"]
    assert (after != before) == published
    assert trained.scorings() == scorings | ({after} if published else set())
    score = trained.churn("score", "--shop", SHOP)
    assert score.code == 0, score.err
    trained.assert_in_order()
    assert trained.scorings() == scorings | {after, trained.results()["run_id"]}
    assert read_table(trained.folder, "uploads")["file_name"].tolist() == ["first.csv", "second.csv"]
    retried = trained.churn("run", trained.first, "--shop", SHOP, "--json") if accident == "run:25" else score
    assert retried.code == 0, retried.err
    trained.assert_in_order()


@pytest.mark.slow
@pytest.mark.parametrize("who", ["run", "step", "group"])
def test_steps_side_by_side(trained, who):
    """kill -9 of the run's process, of one step's process, of all: no process is left, and the next run
    completes."""
    before, scorings = trained.results(), trained.scorings()
    process = trained.start(*TRAIN, trained.first, executor="multiprocess", parallel_steps=2)
    family = _until(process, "churn: training_snapshots")
    _kill(process, family, who)
    _, err = process.communicate(timeout=120)
    if who == "step":
        assert process.returncode == 1, err
        assert "Traceback" not in err.strip().splitlines()[-1] and "killed" in err.strip().splitlines()[-1]
    else:
        assert process.returncode == KILLED
    _, alive = psutil.wait_procs(family, timeout=20)
    assert alive == []
    assert trained.results() == before and trained.scorings() == scorings
    done = trained.churn("score", "--shop", SHOP)
    assert done.code == 0, done.err
    trained.assert_in_order()
    assert len(trained.scorings()) == len(scorings) + 1


@pytest.mark.slow
@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_says_so_and_leaves_no_open_run(trained, signal_number):
    before = trained.results()
    process = trained.start(*TRAIN, trained.first)
    _until(process, "churn: training_snapshots")
    process.send_signal(signal_number)
    _, err = process.communicate(timeout=60)
    assert process.returncode not in (0, KILLED)
    assert "Traceback" not in err and "interrupted" in err.strip().splitlines()[-1]
    assert trained.results() == before
    assert "STARTED" not in trained.runs().values()
    trained.churn("score", "--shop", SHOP)
    trained.assert_in_order()


def _until(process: subprocess.Popen[str], line: str) -> list[psutil.Process]:
    """Waits until the command says the line; returns its processes a moment later, when the next steps are at
    work."""
    assert process.stderr is not None
    said = []
    for text in process.stderr:
        said.append(text)
        if text.strip() == line:
            time.sleep(1)
            parent = psutil.Process(process.pid)
            return [parent, *parent.children(recursive=True)]
    pytest.fail("".join(said))


def _kill(process: subprocess.Popen[str], family: list[psutil.Process], who: str) -> None:
    if who == "run":
        process.kill()
    elif who == "group":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        servers = [p.pid for p in family if p.pid != process.pid and p.ppid() == process.pid]
        steps = [p for p in family if p.is_running() and p.ppid() in servers]
        max(steps, key=lambda p: p.create_time()).kill()
