"""Commands that answer and store nothing: inspect, what-if, explain, simulate."""

import json
from pathlib import Path
from typing import Annotated

import typer

from churn_pipeline.cli.app import app
from churn_pipeline.cli.arguments import Json, Sheet, Shop, existing_files
from churn_pipeline.errors import BadInput
from churn_pipeline.settings import Settings
from churn_pipeline.shops import load_shop, shop_folder
from churn_pipeline.storage import read_json, read_table


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(help="transaction file")],
    sheet: Sheet = None,
    as_json: Json = False,
) -> None:
    """Preview, encoding, delimiter, types and suggested mapping of a file; stores nothing."""
    from churn_pipeline.ingest.inspect import inspect_file
    from churn_pipeline.insights.results import json_safe

    existing_files([file])
    found = json_safe(inspect_file(file, Settings(), sheet=sheet))
    print(json.dumps(found, ensure_ascii=False, indent=None if as_json else 2))


@app.command("what-if")
def what_if_command(
    shop: Shop,
    customer: Annotated[str | None, typer.Option(help="customer id")] = None,
    features: Annotated[list[str] | None, typer.Option("--set", metavar="FEATURE=VALUE", help="a feature set by hand")] = None,
    orders: Annotated[list[str] | None, typer.Option("--order", metavar="DATE:AMOUNT", help="a hypothetical order, replayed")] = None,
    file: Annotated[Path | None, typer.Option(help="a CSV file of questions: customer_id, order, features")] = None,
    as_json: Json = False,
) -> None:
    """How a customer's churn probability would change; nothing is trained or stored."""
    from churn_pipeline.scoring.hypothetical import parse_feature, parse_order
    from churn_pipeline.scoring.what_if import what_if
    from churn_pipeline.scoring.what_if_file import read_questions, what_if_table
    from churn_pipeline.scoring.what_if_session import open_session
    from churn_pipeline.training.registry import load_champion

    if (customer is None) == (file is None):
        raise BadInput("Ask about one --customer or about a --file of questions.")
    if file is not None and (features or orders):
        raise BadInput("With --file every question stands in the file: leave --set and --order out.")
    supposed, placed = dict(parse_feature(f) for f in features or []), [parse_order(o) for o in orders or []]
    questions = read_questions(Path(existing_files([file])[0])) if file is not None else None
    settings = Settings()
    folder, config = shop_folder(settings, shop), load_shop(settings, shop)
    model, _ = load_champion(settings, shop)
    session = open_session(folder, config, model, int(read_json(folder / "churn_definition.json")["horizon"]))
    if questions is not None:
        answers = what_if_table(session, questions)
        print(answers.to_json(orient="records") if as_json else answers.to_csv(index=False))
        return
    answer = what_if(session, str(customer), features=supposed, orders=placed, with_reasons=True)
    print(json.dumps(answer, ensure_ascii=False, indent=None if as_json else 2))


@app.command()
def explain(
    shop: Shop,
    customer: Annotated[str, typer.Option(help="customer id")],
    plot: Annotated[Path | None, typer.Option(help="write the waterfall plot to this PNG file")] = None,
    lime: Annotated[bool, typer.Option("--lime", help="a second opinion by LIME, where that is installed")] = False,
    as_json: Json = False,
) -> None:
    """Why a customer's churn probability is what it is: reasons, factors, every feature's part."""
    from churn_pipeline.scoring.explained_customer import explained_customer, explanation_in_words, second_opinion
    from churn_pipeline.training.registry import load_champion

    settings = Settings()
    load_shop(settings, shop)
    folder = shop_folder(settings, shop)
    model, _ = load_champion(settings, shop)
    document, picture = explained_customer(folder, shop, model, customer)
    if lime:
        document["lime"] = second_opinion(folder, model, customer)
    if plot is not None:
        plot.write_bytes(picture)
    print(json.dumps(document, ensure_ascii=False) if as_json else explanation_in_words(document))


@app.command()
def simulate(
    shop: Shop,
    targets: Annotated[int | None, typer.Option(help="customers to contact; default: as many as pay for themselves")] = None,
    success_rate: Annotated[float | None, typer.Option(help="share of would-be churners saved")] = None,
    discount_percent: Annotated[float | None, typer.Option(help="discount, percent of the next order")] = None,
    cost: Annotated[float | None, typer.Option(help="flat cost per customer contacted, instead of a discount")] = None,
    clv: Annotated[float | None, typer.Option(help="worth of every save, instead of each customer's own")] = None,
    assume_all_churn: Annotated[bool, typer.Option(help="the plain formula: every customer contacted would have churned")] = False,
    as_json: Json = False,
) -> None:
    """What a campaign would cost and return."""
    from churn_pipeline.insights.economics import measured_rate
    from churn_pipeline.insights.results import json_safe
    from churn_pipeline.insights.simulation import CampaignRequest, simulate_campaign

    if cost is not None and discount_percent is not None:
        raise BadInput("Give either --discount-percent or --cost, a flat cost per customer that takes its place.")
    settings = Settings()
    folder, config = shop_folder(settings, shop), load_shop(settings, shop)
    request = CampaignRequest(
        targets=targets,
        success_rate=success_rate,
        discount_percent=discount_percent,
        cost_per_customer=cost,
        clv=clv,
        assume_all_churn=assume_all_churn,
    )
    scores, value = read_table(folder, "customer_scores"), read_table(folder, "customer_value")
    answer = json_safe(simulate_campaign(scores, value, config, request, measured_rate(folder)))
    print(json.dumps(answer, ensure_ascii=False, indent=None if as_json else 2))
