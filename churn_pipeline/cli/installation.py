"""Commands about the installation and what it holds: init, shops, results, sample."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from churn_pipeline.cli.app import app
from churn_pipeline.cli.arguments import Json, Shop
from churn_pipeline.cli.output import print_results
from churn_pipeline.core.settings import Settings
from churn_pipeline.service import installation
from churn_pipeline.service import shops as shop_service
from churn_pipeline.service.callers import LOCAL


@app.command()
def init() -> None:
    """Creates the folders and databases of this installation (every command does so where needed)."""
    settings = Settings()
    installation.initialise(settings)
    print(
        f"ready: {settings.home} (Dagster home {settings.dagster_home}, "
        f"MLflow {settings.mlflow_tracking_uri})"
    )


@app.command()
def results(shop: Shop, as_json: Json = False) -> None:
    """The results of a shop's last run."""
    print_results(Settings(), shop, as_json)


@app.command()
def shops(as_json: Json = False) -> None:
    """All shops of this installation: when each was last scored, and whether that is too long ago."""
    found = [asdict(fresh) for fresh in shop_service.freshness(Settings(), LOCAL)]
    if as_json:
        print(json.dumps(found, default=str))
    elif not found:
        print("no shops yet; create one with: churn run FILE --shop NAME")
    for shop in [] if as_json else found:
        print(f"{shop['shop']:<20} {shop['sentence']}")


@app.command()
def sample(
    name: Annotated[str, typer.Argument(help="complete-journey or complete-journey-campaigns")],
    output: Annotated[Path, typer.Option("--output", "-o", help="CSV file to write")],
) -> None:
    """Writes a sample data set that is not shipped with the package."""
    installation.write_sample(name, output)
    print(f"wrote {output}")
