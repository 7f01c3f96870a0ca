"""Commands about the installation and what it holds: init, shops, results, sample."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from churn_pipeline.cli.app import app
from churn_pipeline.cli.arguments import Json, Shop
from churn_pipeline.cli.output import print_results
from churn_pipeline.errors import BadInput
from churn_pipeline.settings import Settings
from churn_pipeline.shops import list_shops


@app.command()
def init() -> None:
    """Creates the folders and databases of this installation (every command does so where needed)."""
    from churn_pipeline.orchestration.environment import initialise

    settings = Settings()
    initialise(settings)
    print(f"ready: {settings.home} (Dagster home {settings.dagster_home}, MLflow {settings.mlflow_tracking_uri})")


@app.command()
def results(shop: Shop, as_json: Json = False) -> None:
    """The results of a shop's last run."""
    print_results(Settings(), shop, as_json)


@app.command()
def shops(as_json: Json = False) -> None:
    """All shops of this installation: when each was last scored, and whether that is too long ago."""
    from churn_pipeline.monitoring.freshness import shop_freshness

    settings, now = Settings(), datetime.now(UTC).replace(tzinfo=None)
    found = [shop_freshness(settings, name, now) for name in list_shops(settings)]
    if as_json:
        print(json.dumps([asdict(f) for f in found], default=str))
    elif not found:
        print("no shops yet; create one with: churn run FILE --shop NAME")
    for shop in [] if as_json else found:
        print(f"{shop.shop:<20} {shop.sentence}")


@app.command()
def sample(
    name: Annotated[str, typer.Argument(help="complete-journey")],
    output: Annotated[Path, typer.Option("--output", "-o", help="CSV file to write")],
) -> None:
    """Writes a sample data set that is not shipped with the package."""
    from churn_pipeline.samples import write_complete_journey

    if name != "complete-journey":
        raise BadInput(f"There is no sample {name!r}; the one to be written is: complete-journey. The others lie in data/samples/.")
    write_complete_journey(output)
    print(f"wrote {output}")
