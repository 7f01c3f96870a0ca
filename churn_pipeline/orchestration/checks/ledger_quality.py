"""One asset check per data-quality expectation, on the staged ledger; critical ones block everything after
it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg

from churn_pipeline.core.enums import Severity
from churn_pipeline.core.errors import QualityGateFailed
from churn_pipeline.orchestration.checks.refusals import ASSET, show_refusal
from churn_pipeline.orchestration.checks.shop_check import shop_check
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.orchestration.step_failure import failing_in_words, failure_in_words
from churn_pipeline.quality.rules import Limits, Rule, ledger_rules
from churn_pipeline.runtime.dropped_file import FILE_TAG, quarantine_dropped

if TYPE_CHECKING:
    from churn_pipeline.quality.suite import ExpectationResult, QualityReport

# Too little data is no fault of a dropped file: it goes in, and the shop waits for more before it is trained.
SUFFICIENCY = {rule.name for rule in ledger_rules(Limits()) if rule.dimension == "sufficiency"}
CONSEQUENCES = {Severity.CRITICAL: "stops the run", Severity.WARNING: "a warning"}


def _spec(rule: Rule) -> dg.AssetCheckSpec:
    return shop_check(
        rule.name,
        ASSET,
        f"{rule.dimension.capitalize()}: {CONSEQUENCES[rule.severity]} when it fails. {rule.advice}",
        blocking=rule.severity == Severity.CRITICAL,
        severity=rule.severity.value,
    )


SPECS = [_spec(rule) for rule in ledger_rules(Limits())]


@dg.multi_asset_check(name="ledger_quality", specs=SPECS)
@failing_in_words
def ledger_quality(
    context: dg.AssetCheckExecutionContext, churn: ChurnSettings
) -> Iterator[dg.AssetCheckResult]:
    """Runs the quality suite on the staged ledger and keeps its report beside it for the publishing asset."""
    from churn_pipeline.quality.stage import judged_ledger

    run = churn.staged_run(context)
    report = judged_ledger(run)
    tolerated = SUFFICIENCY if FILE_TAG in context.run.tags else set()
    failed = [
        r
        for r in report.results
        if not r.success and r.severity == Severity.CRITICAL and r.name not in tolerated
    ]
    passed = {"passed": not failed, "data_version": run.store.document("staged")["data_version"]}
    churn.unchecked_store(context).write_document("staged/quality", report.to_document() | passed)
    reason = " ".join(r.message for r in failed)
    if any(r.name not in SUFFICIENCY for r in failed):
        quarantine_dropped(run.settings, context.partition_key, context.run.tags, reason)
    for result in report.results:
        yield dg.AssetCheckResult(
            passed=result.success,
            check_name=result.name,
            asset_key=dg.AssetKey(ASSET),
            severity=dg.AssetCheckSeverity.ERROR if result in failed else dg.AssetCheckSeverity.WARN,
            description=result.message,
            metadata=_metadata(result, report),
        )
    if failed:
        error = QualityGateFailed(reason)
        raise failure_in_words(error, **show_refusal(context, churn.unchecked_store(context), error))


def _metadata(result: "ExpectationResult", report: "QualityReport") -> dict[str, float | dg.MetadataValue]:
    """What was observed; beside it, for the files, what did not fit, in sentences."""
    told: dict[str, float | dg.MetadataValue] = (
        {} if result.observed is None else {"observed": float(result.observed)}
    )
    if result.name == "files_fit_the_shop":
        told["findings"] = dg.MetadataValue.json(report.statistics.get("upload_finding_list", []))
    return told
