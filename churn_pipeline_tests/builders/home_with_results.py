"""A home with a scored shop and its results document, without a training."""

from pathlib import Path

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import table_version, write_json
from churn_pipeline.shop.directory import load_shop, shop_folder
from churn_pipeline_tests.builders.report_documents import shop_results
from churn_pipeline_tests.builders.scored_home import SCORED, scored_home


def home_with_results(home: Path) -> Settings:
    """The home of `scored_home`, with results that belong to its tables."""
    settings, tables = scored_home(home)
    folder = shop_folder(settings, SCORED)
    results = shop_results(tables, load_shop(settings, SCORED)).model_dump(mode="json")
    version = table_version(folder, "transactions")
    results["tables"] = {"transactions": {"run_id": version.run_id, "data_version": version.data_version}}
    write_json(folder / "results.json", results)
    return settings
