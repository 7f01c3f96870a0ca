"""Commands that keep an installation in order: repair, cleanup."""

from typing import Annotated

import typer

from churn_pipeline.cli.app import app
from churn_pipeline.cli.arguments import Shop
from churn_pipeline.cli.output import say
from churn_pipeline.settings import Settings
from churn_pipeline.shops import shop_folder


@app.command()
def repair(shop: Shop) -> None:
    """Brings back damaged tables: the ledger from the kept files, others from the last run's warehouse file."""
    from churn_pipeline.errors import NotFound
    from churn_pipeline.orchestration.run_folder import finish_publications
    from churn_pipeline.orchestration.shop_lock import holding

    settings = Settings()
    if not shop_folder(settings, shop).is_dir():
        raise NotFound(f"There is no shop {shop!r}; create it with: churn run FILE --shop {shop}")
    from churn_pipeline.ingest.repair import repair_shop
    from churn_pipeline.schemas import TABLES

    finish_publications(settings)
    with holding(settings, shop, say):
        done = repair_shop(settings, shop, tuple(TABLES))
    print("\n".join(done) if done else f"All tables of shop {shop} are whole.")


@app.command()
def cleanup(dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would be removed, and remove nothing")] = False) -> None:
    """Removes old runs and logs, old trainings and model versions, and leftovers of crashes; the settings hold the ages."""
    from churn_pipeline.orchestration.run_gateway import clean_up_installation

    found = clean_up_installation(Settings(), say, dry_run=dry_run)
    for what in found:
        print(what)
    print(f"{len(found)} {'would be removed' if dry_run else 'removed'}.")
