"""The command that takes something out of a shop as a file: export."""

from pathlib import Path
from typing import Annotated

import typer

from churn_pipeline.cli.app import app
from churn_pipeline.cli.arguments import Shop
from churn_pipeline.cli.output import say
from churn_pipeline.core.enums import TargetList
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.wording import counted
from churn_pipeline.reports.export import Content, ExportRequest, Format, chosen_format
from churn_pipeline.service.callers import LOCAL
from churn_pipeline.service.exports import write_to


@app.command("export")
def export_command(
    shop: Shop,
    what: Annotated[Content, typer.Option(help="what to export")],
    output: Annotated[Path, typer.Option("-o", "--output", help="the file to write")],
    file_format: Annotated[
        Format | None, typer.Option("--format", help="kind of file; default: by the file's ending")
    ] = None,
    columns: Annotated[
        str | None, typer.Option(help="headings of a mail tool, for targets: mailchimp, klaviyo, brevo ...")
    ] = None,
    target_list: Annotated[
        TargetList, typer.Option("--list", help="which of the lists, for targets")
    ] = TargetList.RECOMMENDED,
) -> None:
    """Writes scores, features, snapshots, a target list or a report to a file."""
    request = ExportRequest(what, chosen_format(what, file_format, output), columns, target_list)
    written = write_to(Settings(), LOCAL, shop, request, output)
    for note in written.notes:
        say(f"note: {note}")
    rows = "" if written.rows is None else f", {counted(written.rows, 'rows')}"
    print(f"{written.path}{rows}")
