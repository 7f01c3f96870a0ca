"""Commands that run a job of a shop: run, ingest, score, grade."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from churn_pipeline.cli.app import app
from churn_pipeline.cli.arguments import (
    AsItIs,
    DateFormat,
    Effort,
    Files,
    GrossMargin,
    Json,
    Maps,
    Models,
    Replace,
    Sheet,
    Shop,
    Timezone,
    checked_margin,
    existing_files,
    parse_mapping,
    parse_models,
)
from churn_pipeline.cli.output import (
    delivered_in_words,
    print_quality,
    print_results,
    print_warnings,
    print_where_to_look,
    say,
)
from churn_pipeline.core.settings import Settings
from churn_pipeline.service import jobs, results, shops
from churn_pipeline.service.callers import LOCAL
from churn_pipeline.shop.config import validated_shop_name
from churn_pipeline.shop.directory import shop_store


@app.command()
def run(
    files: Files,
    shop: Shop,
    maps: Maps = None,
    date_format: DateFormat = None,
    timezone: Timezone = None,
    sheet: Sheet = None,
    horizon: Annotated[
        int | None, typer.Option(help="churn threshold H in days; default: suggested from the data")
    ] = None,
    min_orders: Annotated[int | None, typer.Option(help="orders before a customer is eligible")] = None,
    replace: Replace = False,
    as_it_is: AsItIs = False,
    models: Models = None,
    effort: Annotated[Effort | None, typer.Option(help="how much is searched; kept with the shop")] = None,
    gross_margin: GrossMargin = None,
    as_json: Json = False,
) -> None:
    """Ingests the files, trains, scores and writes insights."""
    settings = Settings()
    upload = _upload(
        settings, files, shop, maps, date_format, timezone, sheet, horizon, min_orders, replace, as_it_is
    )
    training = {
        "models": parse_models(models),
        "effort": effort and effort.value,
        "gross_margin": checked_margin(gross_margin),
    }
    upload |= {name: value for name, value in training.items() if value is not None}
    run_shop_job(settings, "train", shop, upload)
    print_results(settings, shop, as_json)
    if not as_json:
        print()
        print_quality(settings, shop)
        print_warnings(settings, shop)
        print_where_to_look(settings, shop)


@app.command()
def ingest(
    files: Files,
    shop: Shop,
    maps: Maps = None,
    date_format: DateFormat = None,
    timezone: Timezone = None,
    sheet: Sheet = None,
    replace: Replace = False,
    as_it_is: AsItIs = False,
) -> None:
    """Up to the ledger, quality, profile and churn definition; no training."""
    settings = Settings()
    run_shop_job(
        settings,
        "ingest",
        shop,
        _upload(settings, files, shop, maps, date_format, timezone, sheet, None, None, replace, as_it_is),
    )
    store = shop_store(settings, shop)
    definition = store.document("churn_definition")
    print(f"{shop}: {delivered_in_words(store.document('staged/staged')['counts'])}")
    print(f"Horizon {definition['horizon']} days.")
    print_quality(settings, shop)
    print_warnings(settings, shop)
    print(f"Profile: {store.place('reports/profile.html')}")


@app.command()
def score(shop: Shop) -> None:
    """Scores the shop's customers with the registered champion; no training."""
    settings = Settings()
    shops.opened(settings, LOCAL, shop)
    run_shop_job(settings, "score", shop, {})
    print_results(settings, shop, False)


@app.command()
def grade(shop: Shop, as_json: Json = False) -> None:
    """Grades earlier scorings whose horizon has passed against what happened."""
    settings = Settings()
    shops.opened(settings, LOCAL, shop)
    run_shop_job(settings, "grade", shop, {})
    if as_json:
        print(json.dumps(results.grades(settings, LOCAL, shop), ensure_ascii=False))
    else:
        print(results.grades_in_words(settings, LOCAL, shop))


def _upload(
    settings: Settings,
    files: list[Path],
    shop: str,
    maps: list[str] | None,
    date_format: str | None,
    timezone: str | None,
    sheet: str | None,
    horizon: int | None,
    min_orders: int | None,
    replace: bool,
    as_it_is: bool,
) -> dict[str, Any]:
    """Configuration of raw_transactions from the command's arguments, checked before anything is stored."""
    validated_shop_name(shop)
    upload = {
        "files": existing_files(files),
        "mapping": parse_mapping(maps),
        "replace": replace,
        "as_it_is": as_it_is,
        "route": "cli",
    }
    optional = {
        "date_format": date_format,
        "timezone": timezone,
        "sheet": sheet,
        "horizon": horizon,
        "min_orders": min_orders,
    }
    return upload | {k: v for k, v in optional.items() if v is not None}


def run_shop_job(settings: Settings, job: str, shop: str, upload: dict[str, Any]) -> None:
    """Runs a job of a shop in this process."""
    jobs.run_now(settings, LOCAL, job, shop, upload, say)


@app.command("run-launched", hidden=True)
def run_launched(job_id: Annotated[str, typer.Argument(help="as its start gave it")]) -> None:
    """Runs a job that the API was asked for; it starts this command by itself."""
    jobs.run_launched(Settings(), job_id, say)
