"""One asset check per data-quality expectation, on the staged ledger; critical ones block everything after it."""

import warnings
from collections.abc import Iterator

import dagster as dg

from churn_pipeline.orchestration.assets.ledger import raw_transactions
from churn_pipeline.orchestration.dropped_file import FILE_TAG, quarantine_dropped
from churn_pipeline.orchestration.partitions import SHOPS
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.quality.rules import Limits, Rule, ledger_rules
from churn_pipeline.shops import ShopConfig
from churn_pipeline.storage import read_json, write_json

# Too little data is no fault of a dropped file: it goes in, and the shop waits for more before it is trained.
SUFFICIENCY = {rule.name for rule in ledger_rules(Limits()) if rule.dimension == "sufficiency"}
CONSEQUENCES = {"critical": "stops the run", "warning": "a warning"}


def _spec(rule: Rule) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        rule.name,
        asset=raw_transactions,
        description=f"{rule.dimension.capitalize()}: {CONSEQUENCES[rule.severity]} when it fails. {rule.advice}",
        blocking=rule.severity == "critical",
        partitions_def=SHOPS,
        metadata={"severity": rule.severity},
    )


def _specs() -> list[dg.AssetCheckSpec]:
    """One spec per rule, partitioned: without it a pass of one shop would hide another shop's failure. Dagster calls that a preview."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=dg.PreviewWarning)
        return [_spec(rule) for rule in ledger_rules(Limits())]


@dg.multi_asset_check(name="ledger_quality", specs=_specs())
def ledger_quality(context: dg.AssetCheckExecutionContext, churn: ChurnSettings) -> Iterator[dg.AssetCheckResult]:
    """Runs the quality suite on the staged ledger and keeps its report beside it for the publishing asset."""
    from churn_pipeline.quality.suite import check_ledger

    staged = churn.unchecked_folder(context) / "staged"
    document = read_json(staged / "staged.json")
    config = ShopConfig.model_validate(document["config"])
    report = check_ledger(staged, config, churn.load(), config.horizon)
    tolerated = SUFFICIENCY if FILE_TAG in context.run.tags else set()
    failed = [r for r in report.results if not r.success and r.severity == "critical" and r.name not in tolerated]
    passed = {"passed": not failed, "data_version": document["data_version"]}
    write_json(staged / "quality.json", report.to_document() | passed)
    if any(r.name not in SUFFICIENCY for r in failed):
        quarantine_dropped(churn.load(), context.partition_key, context.run.tags, " ".join(r.message for r in failed))
    for result in report.results:
        yield dg.AssetCheckResult(
            passed=result.success,
            check_name=result.name,
            asset_key=raw_transactions.key,
            severity=dg.AssetCheckSeverity.ERROR if result in failed else dg.AssetCheckSeverity.WARN,
            description=result.message,
            metadata={} if result.observed is None else {"observed": float(result.observed)},
        )
