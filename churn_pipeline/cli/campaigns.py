"""Commands about campaigns with a control group: `churn campaign`."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from churn_pipeline.cli.app import app
from churn_pipeline.cli.arguments import Json, Shop, existing_files
from churn_pipeline.cli.output import say
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.wording import counted
from churn_pipeline.reports.export import Format
from churn_pipeline.service import campaigns as service
from churn_pipeline.service.callers import LOCAL
from churn_pipeline.service.campaign_wish import CampaignWish

campaign = typer.Typer(
    help="Campaigns with a control group: create, list, export, results, withdraw, do-not-contact.",
    no_args_is_help=True,
)
app.add_typer(campaign, name="campaign")

MOST_SHOWN = 100_000
CampaignId = Annotated[str, typer.Option("--campaign", help="id of the campaign; see: churn campaign list")]


@campaign.command()
def create(
    shop: Shop,
    name: Annotated[str, typer.Option(help="what it is called; its id is made from it")],
    scenario: Annotated[
        str | None, typer.Option(help="a kept scenario's id, or top_50, top_100, top_200, all_high_risk ...")
    ] = None,
    audience: Annotated[
        str | None, typer.Option(help="name or id of an audience; all of it is taken")
    ] = None,
    best: Annotated[bool, typer.Option("--best", help="the list with the greatest expected profit")] = False,
    offers: Annotated[
        list[str] | None,
        typer.Option(
            "--offer",
            metavar="PERCENT|ACTION",
            help="a discount, or an action of the catalogue; may be repeated",
        ),
    ] = None,
    control: Annotated[
        float | None,
        typer.Option(help="share left alone by lot; default: as many as show the expected effect"),
    ] = None,
    precision: Annotated[
        float | None, typer.Option(help="difference of retention to be seen, such as 0.04; gives the share")
    ] = None,
    no_control: Annotated[
        str | None, typer.Option(metavar="REASON", help="leave nobody alone, and why; nothing is measured")
    ] = None,
    start: Annotated[
        str | None, typer.Option(metavar="DATE", help="first day, YYYY-MM-DD; default: the scores' own")
    ] = None,
    budget: Annotated[float | None, typer.Option(help="most that the contacted are expected to cost")] = None,
    capacity: Annotated[
        list[str] | None,
        typer.Option(metavar="N|OFFER=N", help="most customers to contact, in all or with one offer"),
    ] = None,
    seed: Annotated[int, typer.Option(help="of the lot")] = 42,
    as_json: Json = False,
) -> None:
    """Draws a campaign: whom to contact with what, and whom to leave alone by lot, to compare with.

    What was drawn is kept and never drawn again."""
    contacts, by_offer = parse_capacities(capacity or [])
    wish = CampaignWish(
        name=name,
        scenario=scenario,
        audience=audience,
        best=best,
        offers=tuple(offers or ()),
        control=control,
        precision=precision,
        no_control_reason=no_control,
        starts_at=parse_day(start),
        budget=budget,
        capacity=contacts,
        offer_capacities=by_offer,
        seed=seed,
    )
    plan = service.create(Settings(), LOCAL, shop, wish)
    if as_json:
        print(plan.model_dump_json())
        return
    print(f"Campaign {plan.campaign_id}, {plan.starts_at:%Y-%m-%d} to {plan.ends_at:%Y-%m-%d}")
    print("\n".join(f"  {sentence}" for sentence in plan.sentences))
    print(f"Its list: churn campaign export --shop {shop} --campaign {plan.campaign_id} -o list.csv")


@campaign.command("list")
def list_campaigns(shop: Shop, as_json: Json = False) -> None:
    """A shop's campaigns, the newest first."""
    found = service.campaign_list(Settings(), LOCAL, shop)
    if as_json:
        print(f"[{', '.join(one.model_dump_json() for one in found)}]")
        return
    for one in found:
        state = one.state.replace("_", " ")
        print(
            f"{one.campaign_id:<24} {state:<9} {one.treated:>7} contacted {one.control:>7} left alone  "
            f"{', '.join(one.offers)}\n    {one.sentence}"
        )
    for sentence in service.program(Settings(), LOCAL, shop).sentences:
        print(sentence)


@campaign.command("export")
def export_list(
    shop: Shop,
    campaign_id: CampaignId,
    output: Annotated[Path, typer.Option("-o", "--output", help="the file to write")],
    file_format: Annotated[
        Format | None, typer.Option("--format", help="csv, xlsx or parquet; default: by the file's ending")
    ] = None,
    columns: Annotated[
        str | None, typer.Option(help="headings of a mail tool: mailchimp, klaviyo, brevo ...")
    ] = None,
) -> None:
    """Writes those to contact to a file, with contact details, reasons, offer and message.

    Nobody of the control group is in it."""
    written = service.write_list(Settings(), LOCAL, shop, campaign_id, output, file_format, columns)
    for note in written.notes:
        say(f"note: {note}")
    print(f"{written.path}, {counted(written.rows or 0, 'rows')}")


@campaign.command()
def results(
    shop: Shop,
    campaign_id: CampaignId,
    responses: Annotated[
        Path | None, typer.Option(help="a file with the ids of those who used the offer")
    ] = None,
    as_json: Json = False,
) -> None:
    """What came of a campaign, by the orders that have arrived: the contacted against those left alone."""
    existing_files([responses] if responses else [])
    found = service.results(Settings(), LOCAL, shop, campaign_id, responses)
    changed = service.whom_contacting_changes(Settings(), LOCAL, shop)
    if as_json:
        told = changed.model_dump(mode="json") if changed else None
        print(json.dumps(found.model_dump(mode="json") | {"uplift": told}))
        return
    print(f"{found.name}, {found.starts_at:%Y-%m-%d} to {found.ends_at:%Y-%m-%d}")
    used = [found.contamination.sentence] if found.contamination else []
    print("\n".join(f"  {said}" for said in [*found.sentences, found.sample_ratio.sentence, *used]))
    if changed and changed.sentences:
        print("Whom contacting changes, by all campaigns as of the last run")
        print("\n".join(f"  {said}" for said in changed.sentences))


@campaign.command()
def withdraw(shop: Shop, campaign_id: CampaignId, as_json: Json = False) -> None:
    """Takes back a campaign that nobody was contacted for: its customers and its name are free again."""
    plan = service.withdraw(Settings(), LOCAL, shop, campaign_id)
    if as_json:
        print(plan.model_dump_json())
    else:
        print(f"{plan.name} is withdrawn: {counted(plan.members, 'customers')} are free for other campaigns.")


@campaign.command("do-not-contact")
def do_not_contact(
    shop: Shop,
    file: Annotated[Path | None, typer.Argument(help="a file with the ids of customers to add")] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", help="the id of a customer to take off, may be repeated")
    ] = None,
    as_json: Json = False,
) -> None:
    """The list of those whom no campaign contacts: adds a file's customers, takes others off, or shows it."""
    if file is not None and remove:
        raise BadInput("Add a file's customers or take others off with --remove, one at a time.")
    if file is None and not remove:
        _show_do_not_contact(shop, as_json)
        return
    if file is not None:
        existing_files([file])
        change = service.do_not_contact(Settings(), LOCAL, shop, file)
    else:
        change = service.remove_do_not_contact(Settings(), LOCAL, shop, remove or [])
    print(change.model_dump_json() if as_json else "\n".join(change.sentences))


def _show_do_not_contact(shop: str, as_json: bool) -> None:
    found = service.do_not_contact_list(Settings(), LOCAL, shop, limit=MOST_SHOWN)
    if as_json:
        print(found.model_dump_json())
        return
    for one in found.customers:
        print(f"{one.since:%Y-%m-%d}  {one.customer_id:<24} {one.source}")
    print(f"{counted(found.total, 'customers')}, whom no campaign contacts.")


@campaign.command("history")
def contact_history(
    shop: Shop,
    file: Annotated[
        Path | None, typer.Argument(help="customer_id, campaign_id, starts_on, ends_on [, kind, redeemed_on]")
    ] = None,
) -> None:
    """Keeps whom campaigns of another program have contacted, so that they rest.

    Nobody was left alone by lot, so no effect is measured from it."""
    existing_files([file] if file else [])
    print("\n".join(service.contact_history(Settings(), LOCAL, shop, file)))


def parse_day(text: str | None) -> datetime | None:
    """Midnight of a day; BadInput for anything but YYYY-MM-DD."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d")
    except ValueError as error:
        raise BadInput(f"--start {text!r}: expected a day as YYYY-MM-DD, such as 2024-05-31.") from error


def parse_capacities(texts: list[str]) -> tuple[int | None, dict[str, int]]:
    """Contacts in all (None: not limited), and by offer, from N and OFFER=N; BadInput for what is neither or
    is given twice."""
    found: dict[str, int] = {}
    for text in texts:
        offer, _, count = text.rpartition("=")
        if not count.isascii() or not count.isdigit() or len(count) > 12:
            raise BadInput(f"--capacity {text!r}: expected a number of customers, or OFFER=NUMBER.")
        if offer in found:
            raise BadInput(f"--capacity {text!r} is given twice; give one number.")
        found[offer] = int(count)
    return found.pop("", None), found
