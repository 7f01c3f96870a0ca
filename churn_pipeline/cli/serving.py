"""Commands that answer others until they are interrupted: up, api, app, mcp."""

from typing import Annotated

import typer

from churn_pipeline.cli.app import app
from churn_pipeline.cli.output import say
from churn_pipeline.core.settings import Settings

Host = Annotated[str, typer.Option(help="address to answer on; others can reach any but this")]
Port = Annotated[int, typer.Option(min=1, max=65535)]


@app.command()
def up(
    host: Annotated[
        str, typer.Option(help="address of app and API; Dagster and MLflow stay on this machine")
    ] = "127.0.0.1",
    app_port: Annotated[int, typer.Option("--app-port", "--port", min=1, max=65535)] = 8501,
    api_port: Port = 8000,
    dagster_port: Port = 3000,
    mlflow_port: Port = 5000,
) -> None:
    """Runs everything: app, API, Dagster with its daemon, MLflow; one Ctrl-C stops it."""
    from churn_pipeline.service.installation import run_everything

    run_everything(
        Settings(), host, say, app=app_port, api=api_port, dagster=dagster_port, mlflow=mlflow_port
    )


@app.command()
def api(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serves the REST API; its description is at /api/v1/docs."""
    from churn_pipeline.api.serve import serve

    serve(Settings(), host, port)


@app.command()
def mcp() -> None:
    """Answers an agent over the standard streams (Model Context Protocol); it reads and changes nothing."""
    from churn_pipeline.agents.serve import serve_agent

    serve_agent(Settings())


@app.command(name="app")
def app_command(
    host: Host = "127.0.0.1",
    port: Port = 8501,
    api_url: Annotated[str, typer.Option(help="the API that it asks")] = "http://127.0.0.1:8000",
    single: Annotated[
        bool, typer.Option("--single", help="one process for everything: no API, no daemon beside it")
    ] = False,
) -> None:
    """Serves the app for people who never open a shell."""
    from churn_pipeline.app.serve import serve_app

    serve_app(Settings(), host, port, None if single else api_url)
