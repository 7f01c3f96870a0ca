"""The `churn` command."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from churn_pipeline.errors import BadInput, ChurnError
from churn_pipeline.settings import Settings
from churn_pipeline.shops import ColumnField, list_shops, load_shop, shop_folder, validated_shop_name
from churn_pipeline.storage import read_json, read_table

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Shop = Annotated[str, typer.Option("--shop", help="shop name: lower-case letters, digits, '-' and '_'")]
Json = Annotated[bool, typer.Option("--json", help="print exactly the JSON document on stdout")]
Files = Annotated[list[Path], typer.Argument(help="transaction files")]
Maps = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="FIELD=COLUMN", help="which column holds a field; with any --map nothing else is inferred"),
]


def main() -> None:
    """Runs the command line; exit code 0 ok, 2 bad input or failed quality gate, 1 failure."""
    try:
        app()
    except BadInput as error:
        _fail(error, 2)
    except ChurnError as error:
        _fail(error, 1)


def _fail(error: Exception, code: int) -> None:
    sys.stderr.write(" ".join(str(error).split()) + "\n")
    sys.exit(code)


def _say(text: str) -> None:
    """Progress goes to stderr, so that stdout holds results alone."""
    sys.stderr.write(f"churn: {text}\n")
    sys.stderr.flush()


def parse_mapping(pairs: list[str] | None) -> dict[str, str]:
    """{field: column} from FIELD=COLUMN arguments; BadInput for an unknown field or one given twice."""
    mapping: dict[str, str] = {}
    known = [f.value for f in ColumnField]
    for pair in pairs or []:
        field, separator, column = pair.partition("=")
        if not separator or field not in known or not column:
            raise BadInput(f"--map {pair!r}: expected FIELD=COLUMN with FIELD one of {', '.join(known)}.")
        if field in mapping:
            raise BadInput(f"--map {field} is given twice; name one column for it.")
        mapping[field] = column
    return mapping


def _existing(files: list[Path]) -> list[str]:
    for file in files:
        if not file.is_file():
            raise BadInput(f"{file}: there is no such file; check the path.")
    return [str(f.resolve()) for f in files]


@app.command()
def init() -> None:
    """Creates the folders and databases of this installation (every command does so where needed)."""
    from churn_pipeline.orchestration.environment import initialise

    settings = Settings()
    initialise(settings)
    print(f"ready: {settings.home} (Dagster home {settings.dagster_home}, MLflow {settings.mlflow_tracking_uri})")


@app.command()
def run(
    files: Files,
    shop: Shop,
    maps: Maps = None,
    date_format: Annotated[str | None, typer.Option(help="strptime format of the date column")] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA time zone of the shop")] = None,
    horizon: Annotated[int | None, typer.Option(help="churn threshold H in days; default: suggested from the data")] = None,
    min_orders: Annotated[int | None, typer.Option(help="orders before a customer is eligible")] = None,
    replace: Annotated[bool, typer.Option(help="the file corrects its whole period: replace the ledger's rows there")] = False,
    as_json: Json = False,
) -> None:
    """Ingests the files, trains, scores and writes insights."""
    settings = Settings()
    upload = _upload(settings, files, shop, maps, date_format, timezone, horizon, min_orders, replace)
    _run_job(settings, "train", shop, upload)
    _print_results(settings, shop, as_json)
    if not as_json:
        _print_where_to_look(settings, shop)


@app.command()
def ingest(
    files: Files,
    shop: Shop,
    maps: Maps = None,
    date_format: Annotated[str | None, typer.Option(help="strptime format of the date column")] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA time zone of the shop")] = None,
    replace: Annotated[bool, typer.Option(help="the file corrects its whole period: replace the ledger's rows there")] = False,
) -> None:
    """Up to the ledger, quality, profile and churn definition; no training."""
    settings = Settings()
    _run_job(settings, "ingest", shop, _upload(settings, files, shop, maps, date_format, timezone, None, None, replace))
    folder = shop_folder(settings, shop)
    definition, profile = read_json(folder / "churn_definition.json"), read_json(folder / "profile.json")
    print(f"{shop}: ledger published; quality {profile['quality']['score']:.1f} of 10; horizon {definition['horizon']} days.")
    print(f"Profile: {folder / 'reports' / 'profile.html'}")


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(help="transaction file")],
    as_json: Json = False,
) -> None:
    """Preview, encoding, delimiter, types and suggested mapping of a file; stores nothing."""
    from churn_pipeline.ingest.inspect import inspect_file
    from churn_pipeline.insights.results import json_safe

    _existing([file])
    found = json_safe(inspect_file(file, Settings()))
    print(json.dumps(found, ensure_ascii=False, indent=None if as_json else 2))


@app.command()
def score(shop: Shop) -> None:
    """Scores the shop's customers with the registered champion; no training."""
    settings = Settings()
    load_shop(settings, shop)
    _run_job(settings, "score", shop, {})
    _print_results(settings, shop, False)


@app.command()
def grade(shop: Shop) -> None:
    """Grades earlier scorings whose horizon has passed against what happened."""
    settings = Settings()
    load_shop(settings, shop)
    _run_job(settings, "grade", shop, {})
    print(read_table(shop_folder(settings, shop), "graded_predictions").to_string(index=False))


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
    import pandas as pd

    from churn_pipeline.scoring.what_if import parse_feature, parse_order, what_if, what_if_table
    from churn_pipeline.training.registry import load_champion

    if (customer is None) == (file is None):
        raise BadInput("Ask about one --customer or about a --file of questions.")
    settings = Settings()
    folder, config = shop_folder(settings, shop), load_shop(settings, shop)
    model, _ = load_champion(settings, shop)
    horizon = int(read_json(folder / "churn_definition.json")["horizon"])
    if file is not None:
        _existing([file])
        answers = what_if_table(folder, config, model, pd.read_csv(file, dtype={"customer_id": str}), horizon=horizon)
        print(answers.to_json(orient="records") if as_json else answers.to_csv(index=False))
        return
    answer = what_if(
        folder,
        config,
        model,
        str(customer),
        horizon=horizon,
        features=dict(parse_feature(f) for f in features or []),
        orders=[parse_order(o) for o in orders or []],
        with_reasons=True,
    )
    print(json.dumps(answer, ensure_ascii=False, indent=None if as_json else 2))


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
    from churn_pipeline.insights.results import json_safe
    from churn_pipeline.insights.simulation import CampaignRequest, simulate_campaign

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
    answer = json_safe(simulate_campaign(read_table(folder, "customer_scores"), read_table(folder, "customer_value"), config, request))
    print(json.dumps(answer, ensure_ascii=False, indent=None if as_json else 2))


@app.command()
def results(shop: Shop, as_json: Json = False) -> None:
    """The results of a shop's last run."""
    _print_results(Settings(), shop, as_json)


@app.command()
def shops(as_json: Json = False) -> None:
    """All shops of this installation."""
    settings = Settings()
    names = list_shops(settings)
    if as_json:
        print(json.dumps(names))
    else:
        print("\n".join(names) if names else "no shops yet; create one with: churn run FILE --shop NAME")


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


def _upload(
    settings: Settings,
    files: list[Path],
    shop: str,
    maps: list[str] | None,
    date_format: str | None,
    timezone: str | None,
    horizon: int | None,
    min_orders: int | None,
    replace: bool,
) -> dict[str, Any]:
    """Configuration of raw_transactions from the command's arguments, checked before anything is stored."""
    validated_shop_name(shop)
    upload = {"files": _existing(files), "mapping": parse_mapping(maps), "replace": replace, "route": "cli"}
    optional = {"date_format": date_format, "timezone": timezone, "horizon": horizon, "min_orders": min_orders}
    return upload | {k: v for k, v in optional.items() if v is not None}


def _run_job(settings: Settings, job: str, shop: str, upload: dict[str, Any]) -> None:
    from churn_pipeline.orchestration.environment import prepare_process

    prepare_process(settings)
    from churn_pipeline.orchestration.run_gateway import run_job

    run_job(settings, job, shop, upload, _say)


def _print_results(settings: Settings, shop: str, as_json: bool) -> None:
    path = shop_folder(settings, shop) / "results.json"
    document = read_json(path)
    if as_json:
        sys.stdout.write(path.read_text(encoding="utf-8") + "\n")
        return
    from churn_pipeline.insights.summary import results_in_words

    print(results_in_words(document))


def _print_where_to_look(settings: Settings, shop: str) -> None:
    folder = shop_folder(settings, shop)
    print("\nWhere to look")
    print(f"  tables and results   {folder}")
    print(f"  profile of the data  {folder / 'reports' / 'profile.html'}")
    print("  runs and lineage     dagster dev -w workspace.yaml   (http://127.0.0.1:3000)")
    print(f"  models               mlflow ui --backend-store-uri {settings.mlflow_tracking_uri}   (http://127.0.0.1:5000)")


if __name__ == "__main__":
    main()
