"""One asset check per data-quality expectation, on the staged ledger; critical ones block everything after it."""

from collections.abc import Iterator

import dagster as dg

from churn_pipeline.orchestration.assets.ledger import raw_transactions
from churn_pipeline.orchestration.partitions import SHOPS
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.quality.expectations import EXPECTATIONS
from churn_pipeline.storage import read_json, write_json


def _spec(name: str, severity: str, description: str) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        name,
        asset=raw_transactions,
        description=description,
        blocking=severity == "critical",
        partitions_def=SHOPS,
        metadata={"severity": severity},
    )


@dg.multi_asset_check(name="ledger_quality", specs=[_spec(e.name, e.severity, e.description) for e in EXPECTATIONS])
def ledger_quality(context: dg.AssetCheckExecutionContext, churn: ChurnSettings) -> Iterator[dg.AssetCheckResult]:
    """Runs the quality suite on the staged ledger and keeps its report beside it for the publishing asset."""
    from churn_pipeline.ingest.stage import staged_config
    from churn_pipeline.quality.suite import check_ledger

    staged = churn.folder(context) / "staged"
    config = staged_config(churn.load(), context.partition_key)
    report = check_ledger(staged, config, churn.load(), config.horizon)
    version = read_json(staged / "staged.json")["data_version"]
    write_json(staged / "quality.json", report.to_document() | {"data_version": version})
    for result in report.results:
        yield dg.AssetCheckResult(
            passed=result.success,
            check_name=result.name,
            asset_key=raw_transactions.key,
            severity=dg.AssetCheckSeverity.ERROR if result.severity == "critical" else dg.AssetCheckSeverity.WARN,
            description=result.message,
            metadata={"observed": str(result.observed)},
        )
