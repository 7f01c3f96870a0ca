"""The list of a campaign as a file: those to contact, and nobody of the control group."""

from pathlib import Path

from churn_pipeline.campaigns.kept_campaigns import kept_campaign
from churn_pipeline.core.wording import counted
from churn_pipeline.reports.export import Content, Exported, Format, chosen_format, write_table_to
from churn_pipeline.shop.run import ShopRun


def export_campaign(
    run: ShopRun, campaign_id: str, path: Path, file_format: Format | None, columns: str | None
) -> Exported:
    """Writes the list to `path`, whole or not at all; columns: a preset of list_columns.yaml.

    Who has come onto the do-not-contact list or taken back their consent since the campaign was drawn is left
    out of the file, though not of the results. NotFound for an unknown campaign, BadInput for a format,
    preset or path that cannot be, ChurnError where the file cannot be written."""
    from churn_pipeline.reports.tables.campaign_list import campaign_list
    from churn_pipeline.reports.tables.list_columns import in_columns_of

    kept_campaign(run.store, campaign_id)
    chosen = chosen_format(Content.TARGETS, file_format, path)
    listed, stopped = campaign_list(run, campaign_id)
    notes = (
        []
        if listed["email"].notna().any()
        else [f"The shop's files hold no contact details of these {counted(len(listed), 'customers')}."]
    )
    if columns:
        listed, notes = in_columns_of(columns, listed)
    if stopped:
        notes.append(f"{counted(stopped, 'customers')} must not be contacted any more, and are left out.")
    return write_table_to(listed, chosen, path, notes)
