"""What commands print: results on stdout, progress on stderr."""

import sys

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.wording import number
from churn_pipeline.shop.directory import shop_store


def say(text: str) -> None:
    """Progress goes to stderr, so that stdout holds results alone."""
    sys.stderr.write(f"churn: {text}\n")
    sys.stderr.flush()


def delivered_in_words(counts: dict[str, int]) -> str:
    """What became of the rows of an upload; counts: those of ingest.stage.Staged."""
    rejected = {
        k.removeprefix("rejected_").replace("_", " "): n
        for k, n in counts.items()
        if k.startswith("rejected_")
    }
    aside = f" ({', '.join(f'{number(n)} {reason}' for reason, n in rejected.items())})" if rejected else ""
    parts = [
        f"{number(counts.get('rows_added', 0))} rows added",
        f"{number(counts.get('rows_known', 0))} known",
    ]
    changed = ("corrected", "enriched", "removed", "replaced")
    parts += [f"{number(counts[f'rows_{what}'])} {what}" for what in changed if counts.get(f"rows_{what}")]
    parts.append(f"{number(counts.get('rows_rejected', 0))} set aside{aside}")
    return (
        f"{', '.join(parts)}; the ledger holds {number(counts['ledger_rows'])} rows of "
        f"{number(counts['ledger_customers'])} customers."
    )


def print_warnings(settings: Settings, shop: str) -> None:
    """What should be known of the files that the last run took in."""
    warnings = shop_store(settings, shop).document("staged/staged")["warnings"]
    if warnings:
        print("\nWhat to know about the files")
        print("\n".join(f"  {warning}" for warning in warnings))


def print_quality(settings: Settings, shop: str) -> None:
    """The quality score of the shop's ledger and what lowers it, but for what `print_warnings` tells of the
    files of the last run."""
    store = shop_store(settings, shop)
    profile, told = store.document("profile"), set(store.document("staged/staged")["warnings"])
    print(f"Quality {profile['quality']['score']:.1f} of 10.")
    if told.issuperset(profile["quality"]["statistics"]["upload_finding_list"]):
        told.add("files_fit_the_shop")
    for fault in profile["cleaning"]:
        if fault["name"] not in told:
            print(f"  {fault['what']} {fault['how']}")


def print_results(settings: Settings, shop: str, as_json: bool) -> None:
    """The results of a shop's last run, in words, or as they are stored."""
    store = shop_store(settings, shop)
    document = store.document("results")
    if as_json:
        sys.stdout.write(store.place("results.json").read_text(encoding="utf-8") + "\n")
        return
    from churn_pipeline.service.results import results_in_words

    print(results_in_words(document))


def print_where_to_look(settings: Settings, shop: str) -> None:
    """Paths and addresses, for those who ran their first job."""
    store = shop_store(settings, shop)
    print("\nWhere to look")
    print(f"  tables and results   {store.folder}")
    print(f"  report               {store.place('reports/executive.pdf')}")
    print(f"  profile of the data  {store.place('reports/profile.html')}")
    print("  runs and lineage     dagster dev -w workspace.yaml   (http://127.0.0.1:3000)")
    tracked = f"mlflow ui --backend-store-uri {settings.mlflow_tracking_uri}"
    print(f"  models               MLFLOW_DISABLE_TELEMETRY=true {tracked}   (http://127.0.0.1:5000)")
