"""The typer application that the modules of this folder add their commands to."""

import typer

app = typer.Typer(help="The `churn` command.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def _before_every_command() -> None:
    """The `churn` command."""
    from churn_pipeline.orchestration.run_folder import finish_publications
    from churn_pipeline.settings import Settings

    finish_publications(Settings())
