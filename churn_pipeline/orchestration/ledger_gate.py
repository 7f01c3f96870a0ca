"""No asset reads a ledger that has not passed its critical checks, also when it is materialized alone.

The versions that passed are noted beside the staged ledger. One that is not among them (published by hand, restored from a copy) is
checked where it is first read.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from churn_pipeline.errors import QualityGateFailed
from churn_pipeline.storage import read_json, table_version, write_json

if TYPE_CHECKING:
    from churn_pipeline.settings import Settings
    from churn_pipeline.shops import ShopConfig

PASSED, NOTED = "passed.json", 20


def require_passed_ledger(folder: Path, config: "ShopConfig", settings: "Settings") -> None:
    """QualityGateFailed, with what is wrong, unless the ledger in `folder` has passed in just this version; nothing without a ledger."""
    version = table_version(folder, "transactions")
    if version is None or version.data_version in _passed(folder):
        return
    from churn_pipeline.quality.suite import check_ledger

    check_ledger(folder, config, settings, config.horizon).require_passed()
    note_passed(folder, version.data_version)


def require_passed_staging(folder: Path) -> None:
    """QualityGateFailed unless the staged ledger, in just this version, has passed its critical expectations."""
    staged = folder / "staged"
    report = read_json(staged / "quality.json") if (staged / "quality.json").exists() else None
    if report is None or report["data_version"] != read_json(staged / "staged.json")["data_version"]:
        raise QualityGateFailed("The staged ledger has not been checked; materialize raw_transactions with its checks first.")
    if not report["passed"]:
        raise QualityGateFailed(" ".join(r["message"] for r in report["results"] if not r["success"] and r["severity"] == "critical"))


def note_passed(folder: Path, data_version: str) -> None:
    """Notes that a version of the ledger has passed."""
    versions = [v for v in _passed(folder) if v != data_version]
    write_json(folder / "staged" / PASSED, {"data_versions": [*versions, data_version][-NOTED:]})


def _passed(folder: Path) -> list[str]:
    path = folder / "staged" / PASSED
    return list(read_json(path)["data_versions"]) if path.exists() else []
