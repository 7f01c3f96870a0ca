"""A full disk, damaged tables, locked databases, two runs at once: one clear sentence, the last good tables
stay, the next run repairs."""

import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from churn_pipeline.core.store import read_table, table_path
from churn_pipeline.core.tables import TABLES
from churn_pipeline.runtime.locks import shop_lock
from churn_pipeline_tests.builders.commands import MAPS, Finished
from churn_pipeline_tests.builders.installations import SHOP, Installation, new_installation

INGEST = ("ingest", "--shop", SHOP, *MAPS)


@contextlib.contextmanager
def locked(database: Path) -> Iterator[sqlite3.Connection]:
    """Nobody else can write to the database."""
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield connection


def sentence(done: Finished) -> str:
    """The last line of a command that failed without a traceback."""
    assert done.code == 1, done.err
    assert "Traceback" not in done.err, done.err
    return done.last_line


def test_a_run_that_finds_another_one_at_work_says_so_and_gives_up_in_time(tmp_path):
    installation = new_installation(tmp_path)
    with shop_lock(installation.settings, SHOP):
        done = installation.churn(*INGEST, installation.first, run_wait_seconds=1)
    assert "waiting for it" in done.err
    assert (
        sentence(done)
        == "Another run of shop 'tea' did not end within 1 seconds; look at it in the Dagster UI, "
        "then try again."
    )


@pytest.mark.slow
def test_two_runs_of_one_shop_at_once_come_one_after_the_other(tmp_path, whole_ledger):
    installation = new_installation(tmp_path)
    both = [installation.start(*INGEST, file) for file in (installation.first, installation.second)]
    said = [process.communicate(timeout=300)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("another run of shop tea is in progress; waiting for it" in text for text in said) == 1
    assert sorted(read_table(installation.folder, "uploads")["file_name"]) == ["first.csv", "second.csv"]
    assert len(read_table(installation.folder, "transactions")) == len(whole_ledger)
    installation.assert_in_order()


@pytest.mark.slow
@pytest.mark.parametrize("database", ["mlruns/mlflow.db", "data/dagster/history/runs.db"])
def test_a_database_that_stays_locked_is_named(trained, database):
    before = trained.results()
    with locked(trained.home / database):
        done = trained.churn("score", "--shop", SHOP, database_wait_seconds=2)
    assert f"{trained.home / database} is locked by another process for more than 2 seconds" in sentence(done)
    assert trained.results() == before
    assert trained.churn("score", "--shop", SHOP).code == 0
    trained.assert_in_order()


@pytest.mark.slow
@pytest.mark.parametrize("database", ["mlruns/mlflow.db", "data/dagster/history/runs.db"])
def test_a_database_that_is_locked_for_a_while_is_waited_for(trained, database):
    with locked(trained.home / database) as connection:
        process = trained.start("score", "--shop", SHOP, database_wait_seconds=60)
        time.sleep(10)
        assert process.poll() is None
        connection.execute("ROLLBACK")
        _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def flip_a_bit(path: Path) -> None:
    """In the first page of data."""
    with path.open("r+b") as file:
        file.seek(60)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 8]))


def test_the_next_delivery_repairs_a_damaged_ledger(tmp_path):
    installation = new_installation(tmp_path)
    assert installation.churn(*INGEST, installation.first).code == 0
    rows = len(read_table(installation.folder, "transactions"))
    flip_a_bit(table_path(installation.folder, "transactions"))
    done = installation.churn(*INGEST, installation.first)
    assert done.code == 0, done.err
    assert len(read_table(installation.folder, "transactions")) == rows


@pytest.mark.slow
@pytest.mark.parametrize("damage", [truncate, flip_a_bit])
def test_every_damaged_table_is_named_and_repaired(trained, damage):
    """Of all tables at once, so that one command repairs and one run renews what nothing else holds."""
    before = trained.results()
    rows = {
        name: len(read_table(trained.folder, name))
        for name in TABLES
        if table_path(trained.folder, name).exists()
    }
    names = [
        name for name, count in rows.items() if count or damage is truncate
    ]  # a table without rows has no page to damage
    for name in names:
        damage(table_path(trained.folder, name))
    told = trained.churn("simulate", "--shop", SHOP)
    assert (
        "customer_scores.parquet is damaged" in sentence(told)
        and f"churn repair --shop {SHOP}" in told.last_line
    )
    done = trained.churn("repair", "--shop", SHOP)
    assert done.code == 0, done.err
    assert all(name in done.out for name in names), done.out
    assert {name: len(read_table(trained.folder, name)) for name in rows} == rows
    assert trained.results() == before
    assert "are whole" in trained.churn("repair", "--shop", SHOP).out


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["transactions", "uploads", "score_history", "training_snapshots", "customer_features"]
)
def test_a_run_repairs_by_itself_what_it_needs(trained, name):
    scorings, rows = trained.scorings(), len(read_table(trained.folder, name))
    flip_a_bit(table_path(trained.folder, name))
    done = trained.churn("run", trained.first, "--shop", SHOP, "--json")
    assert done.code == 0, done.err
    assert len(read_table(trained.folder, name)) >= rows
    assert trained.scorings() == scorings | {trained.results()["run_id"]}
    trained.assert_in_order()


@pytest.mark.slow
@pytest.mark.parametrize("megabytes", [0.05, 0.4, 2, 5])
def test_a_disk_that_is_full_at_some_point_of_the_run(trained, megabytes):
    """No file may grow beyond so much: the kernel refuses the write, as it does on a full disk, wherever the
    run has come to."""
    before, scorings = trained.results(), trained.scorings()
    limit = (
        f"import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, "
        f"({int(megabytes * 1e6)},) * 2); "
    )
    limit += "sys.argv[0] = 'churn'; runpy.run_module('churn_pipeline', run_name='__main__', alter_sys=False)"
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CHURN_", "DAGSTER_", "MLFLOW_"))}
    process = subprocess.run(
        [sys.executable, "-c", limit, "run", trained.first, "--shop", SHOP],
        env=environment | {"CHURN_HOME": str(trained.home)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    done = Finished(process.returncode, process.stdout, process.stderr)
    assert sentence(done).startswith(
        (f"The disk under {trained.home} is full", f"The disk under {trained.home} refuses")
    ), done.last_line
    assert trained.results() == before and trained.scorings() == scorings
    assert trained.churn("score", "--shop", SHOP).code == 0
    trained.assert_in_order()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MB; only root can mount one."""
    mounted = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", tmp_path], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system needs root")
    yield tmp_path
    subprocess.run(["/bin/umount", "-l", tmp_path], check=True)


@pytest.mark.slow
def test_a_full_disk(small_disk, whole_ledger):
    """The ledger goes in; the training finds no room; with room made, the same command completes and adds
    nothing twice."""
    installation: Installation = new_installation(small_disk)
    done = installation.churn(*INGEST, installation.first)
    assert done.code == 0, done.err
    ballast = small_disk / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb") as file:
        while True:
            file.write(bytes(50_000))
            file.flush()
            if os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize < 300_000:
                break
    done = installation.churn("run", installation.second, "--shop", SHOP)
    assert sentence(done).startswith(f"The disk under {small_disk} is full")
    ballast.unlink()
    subprocess.run(["/bin/mount", "-o", "remount,size=200m", small_disk], check=True)
    done = installation.churn("run", installation.second, "--shop", SHOP)
    assert done.code == 0, done.err
    assert len(read_table(installation.folder, "transactions")) == len(whole_ledger)
    installation.assert_in_order()


@pytest.mark.slow
def test_cleanup_forgets_trainings_and_versions_and_the_shop_works_on(trained):
    assert trained.churn("run", trained.first, "--shop", SHOP, "--json").code == 0
    assert trained.churn("run", trained.first, "--shop", SHOP, "--json").code == 0
    few = {"retention__model_versions_kept": 1, "retention__trainings_kept": 1}
    planned = trained.churn("cleanup", "--dry-run", **few).out
    assert f"shop {SHOP}: model versions" in planned and "would be removed" in planned
    done = trained.churn("cleanup", **few)
    assert done.code == 0, done.err
    assert done.out.replace("removed", "would be removed") == planned
    assert trained.churn("cleanup", **few).out == "0 removed.\n"
    trained.results()
    score = trained.churn("score", "--shop", SHOP)
    assert score.code == 0, score.err
