"""Commands that run a job of a shop: run, ingest, score, grade."""

from pathlib import Path
from typing import Annotated, Any

import typer

from churn_pipeline.cli.app import app
from churn_pipeline.cli.arguments import (
    DateFormat,
    Effort,
    Files,
    Json,
    Maps,
    Models,
    Replace,
    Sheet,
    Shop,
    Timezone,
    existing_files,
    parse_mapping,
    parse_models,
)
from churn_pipeline.cli.output import delivered_in_words, print_results, print_where_to_look, say
from churn_pipeline.settings import Settings
from churn_pipeline.shops import load_shop, shop_folder, validated_shop_name
from churn_pipeline.storage import read_json, read_table


@app.command()
def run(
    files: Files,
    shop: Shop,
    maps: Maps = None,
    date_format: DateFormat = None,
    timezone: Timezone = None,
    sheet: Sheet = None,
    horizon: Annotated[int | None, typer.Option(help="churn threshold H in days; default: suggested from the data")] = None,
    min_orders: Annotated[int | None, typer.Option(help="orders before a customer is eligible")] = None,
    replace: Replace = False,
    models: Models = None,
    effort: Annotated[Effort | None, typer.Option(help="how much is searched; kept with the shop")] = None,
    as_json: Json = False,
) -> None:
    """Ingests the files, trains, scores and writes insights."""
    settings = Settings()
    upload = _upload(settings, files, shop, maps, date_format, timezone, sheet, horizon, min_orders, replace)
    training = {"models": parse_models(models), "effort": effort and effort.value}
    upload |= {name: value for name, value in training.items() if value is not None}
    run_shop_job(settings, "train", shop, upload)
    print_results(settings, shop, as_json)
    if not as_json:
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
) -> None:
    """Up to the ledger, quality, profile and churn definition; no training."""
    settings = Settings()
    run_shop_job(settings, "ingest", shop, _upload(settings, files, shop, maps, date_format, timezone, sheet, None, None, replace))
    folder = shop_folder(settings, shop)
    definition, profile = read_json(folder / "churn_definition.json"), read_json(folder / "profile.json")
    print(f"{shop}: {delivered_in_words(read_json(folder / 'staged' / 'staged.json')['counts'])}")
    print(f"Quality {profile['quality']['score']:.1f} of 10; horizon {definition['horizon']} days.")
    print(f"Profile: {folder / 'reports' / 'profile.html'}")


@app.command()
def score(shop: Shop) -> None:
    """Scores the shop's customers with the registered champion; no training."""
    settings = Settings()
    load_shop(settings, shop)
    run_shop_job(settings, "rescore", shop, {})
    print_results(settings, shop, False)


@app.command()
def grade(shop: Shop, as_json: Json = False) -> None:
    """Grades earlier scorings whose horizon has passed against what happened."""
    from churn_pipeline.monitoring.grades_in_words import grades_in_words

    settings = Settings()
    config = load_shop(settings, shop)
    run_shop_job(settings, "grade", shop, {})
    scorings = read_table(shop_folder(settings, shop), "graded_scorings")
    print(scorings.to_json(orient="records", date_format="iso") if as_json else grades_in_words(scorings, config.currency))


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
) -> dict[str, Any]:
    """Configuration of raw_transactions from the command's arguments, checked before anything is stored."""
    validated_shop_name(shop)
    upload = {"files": existing_files(files), "mapping": parse_mapping(maps), "replace": replace, "route": "cli"}
    optional = {"date_format": date_format, "timezone": timezone, "sheet": sheet, "horizon": horizon, "min_orders": min_orders}
    return upload | {k: v for k, v in optional.items() if v is not None}


def run_shop_job(settings: Settings, job: str, shop: str, upload: dict[str, Any]) -> None:
    """Runs a job of a shop in this process; heavy libraries are loaded only now."""
    from churn_pipeline.orchestration.environment import prepare_process

    prepare_process(settings)
    from churn_pipeline.orchestration.run_gateway import run_job

    run_job(settings, job, shop, upload, say)
