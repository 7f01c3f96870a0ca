"""From the delivered files to the published ledger, its profile and the churn definition."""

from pathlib import Path
from typing import Any

import dagster as dg

from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.wording import speak
from churn_pipeline.orchestration.checks.refusals import (
    ACCEPTED,
    accepted,
    files_aside,
    planned_checks,
    show_refusal,
)
from churn_pipeline.orchestration.metadata.recording import plot, record_document, table_result
from churn_pipeline.orchestration.partitions import SHOPS
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.orchestration.step_failure import failing_in_words, failure_in_words
from churn_pipeline.runtime.dropped_file import kept_on_bad_input
from churn_pipeline.runtime.ledger_gate import note_passed, require_passed_staging
from churn_pipeline.shop.config import ColumnField, ShopConfig, changed_config
from churn_pipeline.shop.directory import load_shop

GROUP = "ledger"


class UploadConfig(dg.Config):
    """What a run ingests; without files the published ledger is taken as it is."""

    files: list[str] = []
    mapping: dict[str, str] = {}
    date_format: str | None = None
    timezone: str | None = None
    horizon: int | None = None
    min_orders: int | None = None
    sheet: str | None = None
    replace: bool = False
    as_it_is: bool = False
    models: list[str] | None = None
    effort: str | None = None
    gross_margin: float | None = None
    changes: dict[str, Any] = {}
    """Parts of the shop's configuration that change, such as {"roi": {"success_rate": 0.3}}."""
    route: str = "cli"


def _configured(known: ShopConfig, upload: UploadConfig) -> ShopConfig:
    """The shop's configuration with what this upload says about it; saved only when the upload is
    published."""
    names = ("horizon", "min_orders", "timezone", "date_format", "models", "effort")
    said = {name: value for name in names if (value := getattr(upload, name)) is not None}
    roi = (
        {}
        if upload.gross_margin is None
        else {"roi": known.roi.model_dump() | {"gross_margin": upload.gross_margin}}
    )
    return changed_config(
        ShopConfig.model_validate(known.model_dump() | said | roi),
        upload.changes,
    )


@dg.asset(partitions_def=SHOPS, group_name=GROUP, kinds={"duckdb", "parquet"}, check_specs=[ACCEPTED])
@failing_in_words
def raw_transactions(
    context: dg.AssetExecutionContext, config: UploadConfig, churn: ChurnSettings
) -> dg.MaterializeResult:
    """The upload, read, mapped, cleaned and merged with the ledger; staged, not yet published."""
    from churn_pipeline.ingest.stage import stage_uploads

    settings = churn.load()
    try:
        known = load_shop(settings, context.partition_key)
    except NotFound:
        known = ShopConfig(name=context.partition_key)
    speak(known.locale)
    try:
        with kept_on_bad_input(settings, context.partition_key, context.run.tags):
            staged = stage_uploads(
                settings,
                _configured(known, config),
                [Path(file) for file in config.files],
                mapping={ColumnField(f): c for f, c in config.mapping.items()} or None,
                date_format=config.date_format,
                timezone=config.timezone,
                sheet=config.sheet,
                replace=config.replace,
                as_it_is=config.as_it_is,
                route=config.route,
                exact_mapping=bool(config.mapping),
                run_id=context.run.run_id,
            )
    except BadInput as error:
        store = churn.unchecked_store(context)
        raise failure_in_words(
            error, **show_refusal(context, store, error, planned_checks(context))
        ) from None
    for warning in staged.warnings:
        context.log.warning(warning)
    return dg.MaterializeResult(
        metadata={
            **staged.counts,
            "warnings": dg.MetadataValue.json(staged.warnings),
            **files_aside(churn.unchecked_store(context)),
        },
        data_version=dg.DataVersion(staged.data_version),
        check_results=[accepted(config.files)],
    )


@dg.asset(partitions_def=SHOPS, group_name=GROUP, kinds={"parquet"}, deps=[raw_transactions])
@failing_in_words
def transactions(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """The shop's ledger: published when every critical check of the staged one has passed, else the former
    one stays."""
    from churn_pipeline.ingest.ledger.publish_ledger import publish_staged

    store = churn.unchecked_store(context)
    require_passed_staging(store)
    published = publish_staged(churn.load(), context.partition_key, context.run.run_id)
    note_passed(store, published.version.data_version)
    return table_result("transactions", published)


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[transactions], kinds={"json"})
@failing_in_words
def churn_definition(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """The horizon H, suggested from the gaps between orders or set by the shop, with a preview over other
    horizons."""
    from churn_pipeline.churn_definition.horizon import define_churn
    from churn_pipeline.churn_definition.plot import horizon_plot

    run = churn.run(context)
    definition = define_churn(run)
    return record_document(
        run.store,
        "churn_definition",
        definition.to_document(),
        horizon=definition.horizon,
        suggested=definition.suggested,
        reason=definition.reason,
        gaps=plot(horizon_plot(definition)),
    )


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[transactions, churn_definition], kinds={"json"})
@failing_in_words
def data_profile(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """What the ledger looks like: customers, orders, time, products, returns, cohorts and the quality
    findings."""
    from churn_pipeline.quality.stage import profile_shop
    from churn_pipeline.reports.shop_reports import ReportKind, renew_report

    run = churn.run(context)
    profiled = profile_shop(run)
    recorded = record_document(run.store, "profile", profiled.document, quality_score=profiled.score)
    renew_report(run.store, ReportKind.PROFILE)
    return recorded
