"""Commands that answer and store nothing: inspect, what-if, explain, simulate."""

import json
from pathlib import Path
from typing import Annotated

import typer

from churn_pipeline.cli.app import app
from churn_pipeline.cli.arguments import Json, Sheet, Shop, existing_files
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.service import inspection, money, what_if
from churn_pipeline.service.callers import LOCAL
from churn_pipeline.service.customers import one_customer


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(help="transaction file")],
    sheet: Sheet = None,
    as_json: Json = False,
) -> None:
    """Preview, encoding, delimiter, types and suggested mapping of a file; stores nothing."""
    existing_files([file])
    found = inspection.inspect(Settings(), file, sheet)
    print(json.dumps(found, ensure_ascii=False, indent=None if as_json else 2))


@app.command("what-if")
def what_if_command(
    shop: Shop,
    customer: Annotated[str | None, typer.Option(help="customer id")] = None,
    features: Annotated[
        list[str] | None, typer.Option("--set", metavar="FEATURE=VALUE", help="a feature set by hand")
    ] = None,
    orders: Annotated[
        list[str] | None,
        typer.Option("--order", metavar="DATE:AMOUNT", help="a hypothetical order, replayed"),
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="a CSV file of questions: customer_id, order, features")
    ] = None,
    as_json: Json = False,
) -> None:
    """How a customer's churn probability would change; nothing is trained or stored."""
    if (customer is None) == (file is None):
        raise BadInput("Ask about one --customer or about a --file of questions.")
    if file is not None and (features or orders):
        raise BadInput("With --file every question stands in the file: leave --set and --order out.")
    if file is not None:
        existing_files([file])
        if as_json:
            print(what_if.what_if_frame(Settings(), LOCAL, shop, file).to_json(orient="records"))
        else:
            print(what_if.what_if_csv(Settings(), LOCAL, shop, file))
        return
    answer = what_if.what_if_of_texts(Settings(), LOCAL, shop, str(customer), features or [], orders or [])
    print(json.dumps(answer, ensure_ascii=False, indent=None if as_json else 2))


@app.command()
def explain(
    shop: Shop,
    customer: Annotated[str, typer.Option(help="customer id")],
    plot: Annotated[Path | None, typer.Option(help="write the waterfall plot to this PNG file")] = None,
    lime: Annotated[
        bool, typer.Option("--lime", help="a second opinion by LIME, where that is installed")
    ] = False,
    as_json: Json = False,
) -> None:
    """Why a customer's churn probability is what it is: reasons, factors, every feature's part."""
    document, picture = one_customer.explained(
        Settings(), LOCAL, shop, customer, with_lime=lime, with_picture=plot is not None
    )
    if plot is not None:
        plot.write_bytes(picture)
    print(
        json.dumps(document, ensure_ascii=False) if as_json else one_customer.explanation_in_words(document)
    )


@app.command()
def simulate(
    shop: Shop,
    targets: Annotated[
        int | None, typer.Option(help="customers to contact; default: as many as pay for themselves")
    ] = None,
    success_rate: Annotated[
        float | None,
        typer.Option(help="share of would-be churners saved; default: the response at the discount"),
    ] = None,
    discount_percent: Annotated[
        float | None, typer.Option(help="discount, percent of the next order")
    ] = None,
    cost: Annotated[
        float | None, typer.Option(help="flat cost per customer contacted, instead of a discount")
    ] = None,
    clv: Annotated[
        float | None, typer.Option(help="worth of every save, instead of each customer's own")
    ] = None,
    assume_all_churn: Annotated[
        bool, typer.Option(help="the plain formula: every customer contacted would have churned")
    ] = False,
    as_json: Json = False,
) -> None:
    """What a campaign would cost and return."""
    if cost is not None and discount_percent is not None:
        raise BadInput(
            "Give either --discount-percent or --cost, a flat cost per customer that takes its place."
        )
    answer = money.simulate(
        Settings(),
        LOCAL,
        shop,
        targets=targets,
        success_rate=success_rate,
        discount_percent=discount_percent,
        cost_per_customer=cost,
        clv=clv,
        assume_all_churn=assume_all_churn,
    )
    print(json.dumps(answer, ensure_ascii=False, indent=None if as_json else 2))
