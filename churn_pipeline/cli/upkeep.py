"""Commands that keep an installation in order: repair, cleanup, forget."""

import sys
from typing import Annotated

import typer

from churn_pipeline.cli.app import app
from churn_pipeline.cli.arguments import Json, Shop
from churn_pipeline.cli.output import say
from churn_pipeline.core.settings import Settings
from churn_pipeline.service import installation
from churn_pipeline.service.callers import LOCAL


@app.command()
def repair(shop: Shop) -> None:
    """Brings back damaged tables: the ledger from the kept files, others from the last run's warehouse
    file."""
    done = installation.repair(Settings(), LOCAL, shop, say)
    print("\n".join(done) if done else f"All tables of shop {shop} are whole.")


@app.command()
def cleanup(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="say what would be removed, and remove nothing")
    ] = False,
) -> None:
    """Removes old runs and logs, old trainings and model versions, and leftovers of crashes; the settings
    hold the ages."""
    found = installation.clean_up(Settings(), LOCAL, say, dry_run=dry_run)
    for what in found:
        print(what)
    print(f"{len(found)} {'would be removed' if dry_run else 'removed'}.")


@app.command()
def forget(
    shop: Shop,
    customer: Annotated[str | None, typer.Option(help="customer id; default: the whole shop")] = None,
    as_json: Json = False,
) -> None:
    """Erases a customer, or a whole shop: tables, originals, reports, lists, logs, models' artifacts."""
    from churn_pipeline.service.erasure import erase

    settings = Settings()
    if customer is not None:
        receipt = erase.forget_customer(settings, LOCAL, shop, customer)
    else:
        if sys.stdin.isatty():
            typer.confirm(f"Erase shop {shop} with everything that belongs to it?", abort=True)
        receipt = erase.forget_shop(settings, LOCAL, shop)
    if as_json:
        print(receipt.model_dump_json())
        return
    print(f"Erased; receipt {receipt.receipt_id}.")
    print("\n".join(f"  {what}: {n:,}" for what, n in receipt.removed.items()))
    print("\n".join(receipt.notes))
