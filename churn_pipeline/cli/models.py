"""Commands about a shop's registered models: models, promote, backtest."""

import json
from typing import Annotated, Any

import typer

from churn_pipeline.cli.app import app
from churn_pipeline.cli.arguments import Effort, Json, Shop
from churn_pipeline.cli.output import say
from churn_pipeline.settings import Settings
from churn_pipeline.shops import load_shop, shop_folder
from churn_pipeline.storage import read_json


@app.command()
def models(shop: Shop, as_json: Json = False) -> None:
    """The shop's registered models, which one is champion, and who replaced whom and why."""
    from churn_pipeline.training.model_list import model_list, models_in_words

    settings = _prepared(shop)
    document = model_list(settings, shop)
    print(json.dumps(document, ensure_ascii=False) if as_json else models_in_words(shop, document))


@app.command()
def promote(
    shop: Shop,
    version: Annotated[str, typer.Option(help="version to become champion; see: churn models")],
    reason: Annotated[str, typer.Option(help="why, for the audit trail")] = "promoted by hand",
) -> None:
    """Makes a registered version champion (rollback); the next `churn score` uses it."""
    settings = _prepared(shop)
    from churn_pipeline.orchestration.shop_lock import shop_lock, take
    from churn_pipeline.training.rollback import promote_version

    lock = shop_lock(settings, shop)
    take(lock, settings, shop)
    try:
        note = promote_version(shop_folder(settings, shop), settings, version, _horizon(settings, shop), reason)
    finally:
        lock.release()
    print(f"{shop}: version {version} is champion now, instead of {note['replaced']}; score with it: churn score --shop {shop}")


@app.command()
def backtest(
    shop: Shop,
    cutoffs: Annotated[int, typer.Option(min=4, help="past cutoffs at which the whole training is repeated")] = 4,
    effort: Annotated[
        Effort | None, typer.Option(help="of the search at each: quick, standard or thorough; default: the shop's own")
    ] = None,
    as_json: Json = False,
) -> None:
    """Repeats the whole training at past cutoffs and reports how the champion did there."""
    settings = _prepared(shop)
    from churn_pipeline.orchestration.shop_lock import shop_lock, take
    from churn_pipeline.training.backtest import backtest_rows
    from churn_pipeline.training.backtest_report import backtest_in_words, keep_backtest

    folder, config, horizon = shop_folder(settings, shop), load_shop(settings, shop), _horizon(settings, shop)
    rows = backtest_rows(folder, config, settings, horizon, cutoffs, (effort or config.effort), say)
    lock = shop_lock(settings, shop)
    take(lock, settings, shop)
    try:
        document = keep_backtest(folder, settings, horizon, rows)
    finally:
        lock.release()
    print(json.dumps(document, ensure_ascii=False) if as_json else backtest_in_words(document))


def _prepared(shop: str) -> Settings:
    """The installation's settings with the process prepared; NotFound where there is no such shop."""
    from churn_pipeline.orchestration.environment import initialise

    settings = Settings()
    load_shop(settings, shop)
    initialise(settings)
    return settings


def _horizon(settings: Settings, shop: str) -> int:
    definition: dict[str, Any] = read_json(shop_folder(settings, shop) / "churn_definition.json")
    return int(definition["horizon"])
