"""kill -9 of deliveries: the ledger is the former one, byte by byte, or the complete new one; the next
delivery repairs it."""

import shutil
import signal
import time
from pathlib import Path

import pandas as pd
import pytest

from churn_pipeline.core.store import read_table
from churn_pipeline_tests.builders.commands import MAPS
from churn_pipeline_tests.builders.installations import LEDGER, SHOP, Installation, ingested, new_installation

KILLED = -signal.SIGKILL
MOMENTS = 16


def same_rows(installation: Installation, whole: pd.DataFrame) -> bool:
    """Whether the ledger holds just these rows, whatever their file."""
    found = read_table(installation.folder, "transactions")
    return found.drop(columns="upload_sha256").equals(whole.drop(columns="upload_sha256"))


def contents(installation: Installation) -> dict[str, bytes]:
    return {name: (installation.folder / f"{name}.parquet").read_bytes() for name in LEDGER}


def assert_complete(installation: Installation, whole: pd.DataFrame) -> None:
    assert same_rows(installation, whole)
    assert read_table(installation.folder, "uploads")["file_name"].tolist() == ["first.csv", "second.csv"]
    assert not (installation.folder / "staged" / "publishing.json").exists()


@pytest.fixture
def with_first(tmp_path: Path) -> Installation:
    """The first file is in the ledger, the second is about to come."""
    installation = new_installation(tmp_path)
    done = installation.churn("ledger", installation.first, "--shop", SHOP, *MAPS, accident="ledger:999")
    assert done.code == 0, done.err
    return installation


@pytest.mark.slow
def test_a_delivery_killed_at_any_moment(with_first, whole_ledger, tmp_path):
    """The clock decides when; the first moments fall into reading and staging, the last ones into
    publishing."""
    before, kept = contents(with_first), tmp_path / "kept"
    shutil.copytree(with_first.folder, kept, symlinks=True)
    command = ("ledger", with_first.second, "--shop", SHOP, *MAPS)
    began = time.monotonic()
    assert with_first.churn(*command, accident="ledger:999").code == 0
    lasts = time.monotonic() - began
    assert same_rows(with_first, whole_ledger)
    killed = 0
    for moment in range(MOMENTS):
        shutil.rmtree(with_first.folder)
        shutil.copytree(kept, with_first.folder, symlinks=True)
        process = with_first.start(*command, accident="ledger:999")
        time.sleep(lasts * (0.4 + 0.6 * moment / MOMENTS))
        process.kill()
        process.communicate(timeout=60)
        killed += process.returncode == KILLED
        untouched = contents(with_first)["transactions"] == before["transactions"]
        assert untouched or same_rows(with_first, whole_ledger), moment
        assert_complete(ingested(with_first), whole_ledger)
    assert killed >= MOMENTS // 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "accident",
    [
        "write:rejected_rows.parquet",
        "write:transactions.parquet",
        "write:staged.json",
        "ledger:1",
        "ledger:4",
        "ledger:5",
    ],
)
def test_the_ingest_command_killed_at_a_point(with_first, whole_ledger, accident):
    """Staging leaves the published ledger byte by byte; within publication the next command finishes it."""
    before = contents(with_first)
    command = ("ingest", with_first.second, "--shop", SHOP, *MAPS)
    done = with_first.churn(*command, accident=accident)
    assert done.code == KILLED, done.err
    if accident.startswith("write:") or accident == "ledger:1":
        assert contents(with_first) == before
    else:
        assert contents(with_first)["transactions"] == before["transactions"] or same_rows(
            with_first, whole_ledger
        )
    again = with_first.churn(*command)
    assert again.code == 0, again.err
    assert_complete(with_first, whole_ledger)
    with_first.assert_in_order()
