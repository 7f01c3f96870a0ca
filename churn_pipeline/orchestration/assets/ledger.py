"""From the delivered files to the published ledger, its profile and the churn definition."""

from pathlib import Path

import dagster as dg

from churn_pipeline.errors import NotFound
from churn_pipeline.orchestration.dropped_file import kept_on_bad_input
from churn_pipeline.orchestration.ledger_gate import note_passed, require_passed_staging
from churn_pipeline.orchestration.partitions import SHOPS
from churn_pipeline.orchestration.recording import plot, record_document, table_result
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.shops import ColumnField, ShopConfig, load_shop
from churn_pipeline.storage import read_arrow, read_json

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
    models: list[str] | None = None
    effort: str | None = None
    route: str = "cli"


def _configured(known: ShopConfig, upload: UploadConfig) -> ShopConfig:
    """The shop's configuration with what this upload says about it; saved only when the upload is published."""
    names = ("horizon", "min_orders", "timezone", "date_format", "models", "effort")
    said = {name: value for name in names if (value := getattr(upload, name)) is not None}
    return ShopConfig.model_validate(known.model_dump() | said)


@dg.asset(partitions_def=SHOPS, group_name=GROUP, kinds={"duckdb", "parquet"})
def raw_transactions(context: dg.AssetExecutionContext, config: UploadConfig, churn: ChurnSettings) -> dg.MaterializeResult:
    """The upload, read, mapped, cleaned and merged with the ledger; staged, not yet published."""
    from churn_pipeline.ingest.stage import stage_uploads

    settings = churn.load()
    try:
        known = load_shop(settings, context.partition_key)
    except NotFound:
        known = ShopConfig(name=context.partition_key)
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
            route=config.route,
            exact_mapping=bool(config.mapping),
            run_id=context.run.run_id,
        )
    for warning in staged.warnings:
        context.log.warning(warning)
    return dg.MaterializeResult(
        metadata={**staged.counts, "warnings": dg.MetadataValue.json(staged.warnings)}, data_version=dg.DataVersion(staged.data_version)
    )


@dg.asset(partitions_def=SHOPS, group_name=GROUP, kinds={"parquet"}, deps=[raw_transactions])
def transactions(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """The shop's ledger: published when every critical check of the staged one has passed, else the former one stays."""
    from churn_pipeline.ingest.publish import publish_staged

    settings, folder = churn.load(), churn.unchecked_folder(context)
    require_passed_staging(folder)
    note_passed(folder, publish_staged(settings, context.partition_key, context.run.run_id).data_version)
    return table_result(read_arrow(folder, "transactions"))


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[transactions], kinds={"json"})
def churn_definition(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """The horizon H, suggested from the gaps between orders or set by the shop, with a preview over other horizons."""
    from churn_pipeline.churn_definition.horizon import define_churn
    from churn_pipeline.churn_definition.plot import horizon_plot

    folder = churn.folder(context)
    definition = define_churn(folder, churn.shop(context), churn.load())
    return record_document(
        folder,
        "churn_definition",
        definition.to_document(),
        horizon=definition.horizon,
        suggested=definition.suggested,
        reason=definition.reason,
        gaps=plot(horizon_plot(definition)),
    )


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[transactions, churn_definition], kinds={"json"})
def data_profile(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """What the ledger looks like: customers, orders, time, products, returns, cohorts and the quality findings."""
    from churn_pipeline.quality.profile import build_profile
    from churn_pipeline.quality.profile_page import render_profile
    from churn_pipeline.quality.suite import check_ledger
    from churn_pipeline.storage import write_text

    folder, shop, settings = churn.folder(context), churn.shop(context), churn.load()
    report = check_ledger(folder, shop, settings, shop.horizon)
    profile = build_profile(folder, shop, settings, report)
    definition = read_json(folder / "churn_definition.json") if (folder / "churn_definition.json").exists() else None
    write_text(folder / "reports" / "profile.html", render_profile(profile, definition))
    return record_document(folder, "profile", profile, quality_score=report.score)


def shop_horizon(churn: ChurnSettings, context: dg.AssetExecutionContext) -> int:
    """H in days, from the shop's churn definition."""
    return int(read_json(churn.folder(context) / "churn_definition.json")["horizon"])
