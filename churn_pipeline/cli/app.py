"""The typer application that the modules of this folder add their commands to."""

import typer

app = typer.Typer(
    help="The `churn` command.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


@app.callback()
def _before_every_command() -> None:
    """The `churn` command."""
    from churn_pipeline.core.settings import Settings
    from churn_pipeline.service.installation import prepare

    prepare(Settings(), "churn")
