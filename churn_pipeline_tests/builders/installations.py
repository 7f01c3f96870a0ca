"""A home with one shop whose commands can have accidents, and the files that the shop delivers."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import is_damaged, read_json, read_table, table_path, table_version
from churn_pipeline.runtime.locks import is_free
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import save_shop, shop_folder
from churn_pipeline_tests.builders.commands import MAPS, Finished, raw_file
from churn_pipeline_tests.builders.ledgers import simulated_ledger

SHOP = "tea"
LEDGER = ("transactions", "uploads", "contacts", "rejected_rows")
RUNS = """import sys, dagster as dg
with dg.DagsterInstance.from_config(sys.argv[1]) as instance:
    print(*[run.run_id + ":" + run.status.value for run in instance.get_runs()])"""


@dataclass(frozen=True)
class Installation:
    """A home with one shop, and the files that the shop delivers."""

    home: Path

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home)

    @property
    def folder(self) -> Path:
        return shop_folder(self.settings, SHOP)

    @property
    def first(self) -> Path:
        return self.home / "first.csv"

    @property
    def second(self) -> Path:
        """Overlaps the first file by some days."""
        return self.home / "second.csv"

    def start(self, *arguments: object, accident: str = "", **settings: object) -> subprocess.Popen[str]:
        """The `churn` command, started in a session of its own; with an accident in it where one is named
        (see crashing.py)."""
        program = (
            [str(Path(__file__).parents[1] / "recovery" / "crashing.py"), accident]
            if accident
            else ["-m", "churn_pipeline"]
        )
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("CHURN_", "DAGSTER_", "MLFLOW_"))}
        changed = {f"CHURN_{name.upper()}": str(value) for name, value in settings.items()}
        environment = (
            clean | {"CHURN_HOME": str(self.home), "PYTHONPATH": str(Path(__file__).parents[2])} | changed
        )
        command = [sys.executable, *program, *map(str, arguments)]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, env=environment, stdout=pipe, stderr=pipe, text=True, start_new_session=True
        )

    def churn(self, *arguments: object, accident: str = "", **settings: object) -> Finished:
        """How the command ended."""
        process = self.start(*arguments, accident=accident, **settings)
        out, err = process.communicate(timeout=300)
        return Finished(process.returncode, out, err)

    def runs(self) -> dict[str, str]:
        """Status of every run that Dagster knows."""
        command = [sys.executable, "-c", RUNS, str(self.settings.dagster_home)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        return dict(entry.split(":") for entry in done.stdout.split())

    def results(self) -> dict[str, Any]:
        """The published results, after a look that every table which they name is whole and the one that they
        name."""
        document: dict[str, Any] = read_json(self.folder / "results.json")
        for name, said in document["tables"].items():
            assert not is_damaged(table_path(self.folder, name)), name
            version = table_version(self.folder, name)
            assert version is not None
            if name not in LEDGER:  # published by itself, as soon as it has passed its checks
                assert (version.run_id, version.data_version) == (said["run_id"], said["data_version"]), name
        return document

    def scorings(self) -> set[str]:
        """Ids of the runs that have scored; no customer twice in any of them."""
        history = read_table(self.folder, "score_history")
        assert not history.duplicated(["customer_id", "run_id"]).any()
        return set(history["run_id"])

    def assert_in_order(self) -> None:
        """No run is open, nobody holds the lock, no unpublished tables are left behind."""
        assert set(self.runs().values()) <= {"SUCCESS", "FAILURE", "CANCELED"}
        assert is_free(self.settings, SHOP)
        assert list((self.settings.shops_dir / ".runs").iterdir()) == []


def new_installation(home: Path) -> Installation:
    """A shop that is configured and has delivered nothing yet, beside its two files."""
    ledger = simulated_ledger(customers=200, days=300, seed=3)
    found = Installation(home)
    raw_file(found.first, ledger[ledger.ts < "2024-10-15"])
    raw_file(found.second, ledger[ledger.ts >= "2024-09-25"])
    save_shop(found.settings, ShopConfig(name=SHOP, effort="quick", horizon=30))
    return found


def ingested(installation: Installation) -> Installation:
    """Both files in the ledger."""
    from churn_pipeline.ingest.ledger.publish_ledger import publish_staged
    from churn_pipeline.ingest.stage import stage_uploads
    from churn_pipeline.shop.config import ColumnField
    from churn_pipeline.shop.directory import load_shop

    mapping = {ColumnField(f): c for f, _, c in (m.removeprefix("--map=").partition("=") for m in MAPS)}
    for file in (installation.first, installation.second):
        config = load_shop(installation.settings, SHOP)
        stage_uploads(installation.settings, config, [file], mapping=mapping, exact_mapping=True)
        publish_staged(installation.settings, SHOP, "")
    return installation
