"""A home with a shop whose scores and values lie there as a run would leave them, without a model."""

import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pandas as pd

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import TableVersion, write_json, write_table
from churn_pipeline.shop.config import ColumnField, ShopConfig
from churn_pipeline.shop.directory import save_shop, shop_folder
from churn_pipeline_tests.builders.insight_frames import HORIZON, Shop, shop_tables
from churn_pipeline_tests.builders.report_documents import churn_definition

SCORED = "tea"


def scored_home(home: Path, shop: str = SCORED, seed: int = 1) -> tuple[Settings, Shop]:
    """The settings of a home, and the tables of the shop that was put there."""
    settings, tables = Settings(home=home), shop_tables(seed=seed)
    mapping = {ColumnField.CUSTOMER_ID: "customer", ColumnField.DATE: "when", ColumnField.AMOUNT: "total"}
    save_shop(settings, ShopConfig(name=shop, mapping=mapping, currency="EUR", horizon=HORIZON))
    folder = shop_folder(settings, shop)
    write_json(folder / "churn_definition.json", churn_definition())
    put_scores(settings, shop, tables)
    return settings, tables


def copied_home(home: Path) -> Settings:
    """A home as `scored_home` makes it, copied from one that was made once: for tests that begin often."""
    shutil.copytree(_made_once(), home, dirs_exist_ok=True)
    return Settings(home=home)


@cache
def _made_once() -> Path:
    home = Path(mkdtemp())
    scored_home(home)
    return home


def put_scores(settings: Settings, shop: str, tables: Shop, scores: pd.DataFrame | None = None) -> None:
    """Writes the tables of a shop, in a version that their content gives; scores: others than the tables'."""
    folder, given = shop_folder(settings, shop), tables.scores if scores is None else scores
    version = TableVersion(
        "run", str(pd.util.hash_pandas_object(given.drop(columns="top_risk_factors")).sum())
    )
    write_table(folder, "transactions", tables.ledger, version)
    write_table(folder, "customer_scores", given, version)
    write_table(folder, "customer_value", tables.value, version)
