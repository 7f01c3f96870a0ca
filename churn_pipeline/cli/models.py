"""Commands about a shop's registered models: models, promote, backtest."""

import json
from typing import Annotated

import typer

from churn_pipeline.cli.app import app
from churn_pipeline.cli.arguments import Effort, Json, Shop
from churn_pipeline.cli.output import say
from churn_pipeline.core.documents.json_values import json_safe
from churn_pipeline.core.settings import Settings
from churn_pipeline.service import models as service
from churn_pipeline.service.callers import LOCAL


@app.command()
def models(shop: Shop, as_json: Json = False) -> None:
    """The shop's registered models, which one is champion, and who replaced whom and why."""
    document = service.models(Settings(), LOCAL, shop)
    print(json.dumps(document, ensure_ascii=False) if as_json else service.models_in_words(shop, document))


@app.command()
def promote(
    shop: Shop,
    version: Annotated[str, typer.Option(help="version to become champion; see: churn models")],
    reason: Annotated[str, typer.Option(help="why, for the audit trail")] = "promoted by hand",
) -> None:
    """Makes a registered version champion (rollback); the next `churn score` uses it."""
    settings = Settings()
    note = service.promote(settings, LOCAL, shop, version, reason, settings.run_wait_seconds)
    print(
        f"{shop}: version {version} is champion now, instead of {note['replaced']}; score with it: "
        f"churn score --shop {shop}"
    )


@app.command()
def backtest(
    shop: Shop,
    cutoffs: Annotated[
        int, typer.Option(min=4, help="past cutoffs at which the whole training is repeated")
    ] = 4,
    effort: Annotated[
        Effort | None,
        typer.Option(help="of the search at each: quick, standard or thorough; default: the shop's own"),
    ] = None,
    advice: Annotated[
        bool,
        typer.Option("--advice", help="instead: what the lists that would have been given there had met"),
    ] = False,
    as_json: Json = False,
) -> None:
    """Repeats the whole training at past cutoffs and reports how the champion did there.

    With --advice: what a list by expected profit would have earned there, beside lists by risk, RFM, recency
    and BG/NBD, everyone, nobody and perfect foresight."""
    document = service.backtest(
        Settings(), LOCAL, shop, cutoffs, effort.value if effort else None, say, advice
    )
    if as_json:
        print(json.dumps(json_safe(document), ensure_ascii=False))
        return
    in_words = service.advice_in_words if advice else service.backtest_in_words
    print(in_words(document))
