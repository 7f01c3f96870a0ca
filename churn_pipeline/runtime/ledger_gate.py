"""No asset reads a ledger that has not passed its critical checks, also when it is materialized alone.

The versions that passed are noted beside the staged ledger. One that is not among them (published by hand,
restored from a copy) is checked where it is first read."""

from churn_pipeline.core.enums import Severity
from churn_pipeline.core.errors import QualityGateFailed
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.shop.run import ShopRun

PASSED, NOTED = "staged/passed", 20


def require_passed_ledger(run: ShopRun) -> None:
    """QualityGateFailed, with what is wrong, unless the run's ledger has passed in just this version;
    nothing without a ledger."""
    version = run.store.version("transactions")
    if version is None or version in _passed(run.store):
        return
    from churn_pipeline.quality.suite import check_ledger

    check_ledger(run.store, run.config, run.settings, run.config.horizon).require_passed()
    note_passed(run.store, version)


def require_passed_staging(store: ShopStore) -> None:
    """QualityGateFailed unless the staged ledger, in just this version, has passed its critical
    expectations."""
    report = store.document("staged/quality") if store.has_document("staged/quality") else None
    if report is None or report["data_version"] != store.document("staged/staged")["data_version"]:
        raise QualityGateFailed(
            "The staged ledger has not been checked; materialize raw_transactions with its checks first."
        )
    if not report["passed"]:
        failed = [r for r in report["results"] if not r["success"] and r["severity"] == Severity.CRITICAL]
        raise QualityGateFailed(" ".join(r["message"] for r in failed))


def note_passed(store: ShopStore, data_version: str) -> None:
    """Notes that a version of the ledger has passed."""
    versions = [v for v in _passed(store) if v != data_version]
    store.write_document(PASSED, {"data_versions": [*versions, data_version][-NOTED:]})


def _passed(store: ShopStore) -> list[str]:
    return list(store.document(PASSED)["data_versions"]) if store.has_document(PASSED) else []
