"""What Dagster shows of a delivery that was refused: an observation and a check of raw_transactions, which is
not materialized by it, and the ledger's own checks as they stood."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import dagster as dg

from churn_pipeline.core.errors import BadInput, MappingNeeded
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.orchestration.checks.shop_check import shop_check
from churn_pipeline.runtime.dropped_file import NAME_TAG, SHA_TAG

ASSET = "raw_transactions"
FILE_ACCEPTED = "file_accepted"
ACCEPTED = shop_check(
    FILE_ACCEPTED,
    ASSET,
    "Whether the last delivery could be read and understood. One that could not goes to quarantine with its "
    "reason, or waits for an answer; its run fails and the ledger stays as it was.",
)
Context = dg.AssetExecutionContext | dg.AssetCheckExecutionContext


def accepted(files: Sequence[str]) -> dg.AssetCheckResult:
    """The check's result where the delivery was understood; files: none where nothing was delivered."""
    names = ", ".join(Path(file).name for file in files)
    said = f"{names}: read and understood." if files else "Nothing was delivered; the ledger is as it was."
    return dg.AssetCheckResult(passed=True, check_name=FILE_ACCEPTED, description=said)


def planned_checks(context: Context) -> set[dg.AssetCheckKey]:
    """The checks that the run meant to hold, but for `file_accepted`."""
    planned = context.instance.all_logs(
        context.run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED
    )
    found = {entry.get_dagster_event().event_specific_data.asset_check_key for entry in planned}
    return found - {dg.AssetCheckKey(dg.AssetKey(ASSET), FILE_ACCEPTED)}


def files_aside(store: ShopStore) -> dict[str, dg.MetadataValue]:
    """Metadata of raw_transactions: how many files are in quarantine and never went in, and how many wait."""
    from churn_pipeline.ingest.ledger.files_held_back import awaiting_mapping, refused_files

    refused, waiting = refused_files(store), awaiting_mapping(store.folder)
    told: dict[str, dg.MetadataValue] = {"files_in_quarantine": dg.MetadataValue.int(len(refused))}
    if refused:
        told["quarantine"] = dg.MetadataValue.md(
            "\n".join(f"- {file['file_name']}: {file['reason']}" for file in refused)
        )
    if waiting:
        names = ", ".join(sorted(entry["file_name"] for entry in waiting.values()))
        told["files_that_wait"] = dg.MetadataValue.text(names)
    return told


def show_refusal(
    context: Context, store: ShopStore, error: BadInput, ledger_checks: Iterable[dg.AssetCheckKey] = ()
) -> dict[str, dg.MetadataValue]:
    """Enters what was refused, why and where it lies, into the run and the asset; returns that as metadata.

    ledger_checks: of the run, which are not going to be judged. They say what they last said: the ledger is
    what it was."""
    told = _told(context, store, error)
    shop, asset = context.partition_key, dg.AssetKey(ASSET)
    context.op_execution_context.log_event(
        dg.AssetObservation(asset, description=f"Refused: {error}", partition=shop, metadata=told)
    )
    _evaluated(context, dg.AssetCheckKey(asset, FILE_ACCEPTED), False, str(error), told)
    for key in ledger_checks:
        last = _last_evaluation(context, key)
        if last is None:
            _evaluated(context, key, True, "Not judged yet: the shop has no ledger.", {})
        else:
            _evaluated(context, key, last.passed, str(last.description or ""), last.metadata, last.severity)
    return told


def _last_evaluation(context: Context, key: dg.AssetCheckKey) -> dg.AssetCheckEvaluation | None:
    """What the check last said of the run's shop; None where it was never held."""
    # no public interface knows of a check's partitions yet
    from dagster._core.storage.asset_check_execution_record import (
        COMPLETED_ASSET_CHECK_EXECUTION_RECORD_STATUSES as JUDGED,
    )
    from dagster._core.storage.event_log.base import PartitionKeyFilter

    of_shop = PartitionKeyFilter(key=context.partition_key)
    history = context.instance.event_log_storage.get_asset_check_execution_history(
        key, limit=1, status=JUDGED, partition_filter=of_shop
    )
    return history[0].evaluation if history else None


def _evaluated(
    context: Context,
    key: dg.AssetCheckKey,
    passed: bool,
    description: str,
    metadata: Mapping[str, dg.MetadataValue],
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR,
) -> None:
    context.op_execution_context.log_event(
        dg.AssetCheckEvaluation(  # type: ignore[arg-type]
            asset_key=key.asset_key,
            check_name=key.name,
            passed=passed,
            description=description,
            metadata=metadata,
            severity=severity,
            partition=context.partition_key,
        )
    )


def _told(context: Context, store: ShopStore, error: BadInput) -> dict[str, dg.MetadataValue]:
    """The file, where it lies now, and what to do."""
    from churn_pipeline.ingest.ledger.files_held_back import QUARANTINE_DIR

    tags = context.run.tags
    told: dict[str, dg.MetadataValue] = {}
    if NAME_TAG in tags:
        told["file"] = dg.MetadataValue.text(tags[NAME_TAG])
    place = store.place(QUARANTINE_DIR) / tags.get(SHA_TAG, "-")
    if place.is_dir():
        return told | {
            "quarantine": dg.MetadataValue.path(str(place.resolve())),
            "what to do": dg.MetadataValue.text(
                "Correct the file and drop it again; reason.json has the reason."
            ),
        }
    if isinstance(error, MappingNeeded) and told:
        command = f"churn ingest FILE --shop {context.partition_key} --map FIELD=COLUMN ..."
        told["what to do"] = dg.MetadataValue.text(f"The file waits in incoming for: {command}")
    return told
