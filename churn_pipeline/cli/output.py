"""What commands print: results on stdout, progress on stderr."""

import sys

from churn_pipeline.settings import Settings
from churn_pipeline.shops import shop_folder
from churn_pipeline.storage import read_json


def say(text: str) -> None:
    """Progress goes to stderr, so that stdout holds results alone."""
    sys.stderr.write(f"churn: {text}\n")
    sys.stderr.flush()


def delivered_in_words(counts: dict[str, int]) -> str:
    """What became of the rows of an upload; counts: those of ingest.stage.Staged."""
    rejected = {k.removeprefix("rejected_").replace("_", " "): n for k, n in counts.items() if k.startswith("rejected_")}
    aside = f" ({', '.join(f'{n:,} {reason}' for reason, n in rejected.items())})" if rejected else ""
    parts = [f"{counts.get('rows_added', 0):,} rows added", f"{counts.get('rows_known', 0):,} known already"]
    if counts.get("rows_replaced"):
        parts.append(f"{counts['rows_replaced']:,} replaced")
    parts.append(f"{counts.get('rows_rejected', 0):,} set aside{aside}")
    return f"{', '.join(parts)}; the ledger holds {counts['ledger_rows']:,} rows of {counts['ledger_customers']:,} customers."


def print_results(settings: Settings, shop: str, as_json: bool) -> None:
    """The results of a shop's last run, in words, or as they are stored."""
    path = shop_folder(settings, shop) / "results.json"
    document = read_json(path)
    if as_json:
        sys.stdout.write(path.read_text(encoding="utf-8") + "\n")
        return
    from churn_pipeline.insights.summary import results_in_words

    print(results_in_words(document))


def print_where_to_look(settings: Settings, shop: str) -> None:
    """Paths and addresses, for those who ran their first job."""
    folder = shop_folder(settings, shop)
    print("\nWhere to look")
    print(f"  tables and results   {folder}")
    print(f"  profile of the data  {folder / 'reports' / 'profile.html'}")
    print("  runs and lineage     dagster dev -w workspace.yaml   (http://127.0.0.1:3000)")
    print(f"  models               mlflow ui --backend-store-uri {settings.mlflow_tracking_uri}   (http://127.0.0.1:5000)")
