"""The ledger's assets: what an upload says about the shop is kept only once it is published; documents and
metadata agree."""

from pathlib import Path

import dagster as dg
import pytest

from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_json, stored_table
from churn_pipeline.orchestration.assets.ledger import churn_definition, raw_transactions, transactions
from churn_pipeline.orchestration.checks.ledger_quality import ledger_quality
from churn_pipeline.orchestration.partitions import DIMENSION
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.shop.directory import load_shop, shop_folder
from churn_pipeline_tests.builders.ledgers import simulated_ledger

SHOP = "tea"
MAPPING = {"customer_id": "customer_id", "date": "ts", "amount": "amount"}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("CHURN_HOME", str(tmp_path))
    return Settings(home=tmp_path)


@pytest.fixture
def delivered(tmp_path: Path) -> Path:
    file = tmp_path / "sales.csv"
    simulated_ledger(customers=150, days=300)[list(MAPPING.values())].to_csv(file, index=False)
    return file


def materialized(assets: list, file: Path, **upload: object) -> dg.ExecuteInProcessResult:
    config = {"files": [str(file)], "mapping": MAPPING, **upload}
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(DIMENSION, [SHOP])
        return dg.materialize(
            assets,
            instance=instance,
            partition_key=SHOP,
            resources={"churn": ChurnSettings()},
            run_config={"ops": {"raw_transactions": {"config": config}}},
            raise_on_error=False,
        )


def metadata(done: dg.ExecuteInProcessResult, asset: dg.AssetsDefinition) -> dict[str, object]:
    (event,) = done.asset_materializations_for_node(asset.key.to_user_string())
    return {name: value.value for name, value in event.metadata.items()}


def test_what_an_upload_says_about_the_shop_is_kept_with_its_publication(
    settings: Settings, delivered: Path
) -> None:
    assert materialized([raw_transactions], delivered, horizon=60).success
    with pytest.raises(NotFound):
        load_shop(settings, SHOP)
    assert materialized(
        [raw_transactions, ledger_quality, transactions, churn_definition], delivered, horizon=60
    ).success
    assert load_shop(settings, SHOP).horizon == 60


def test_metadata_say_what_the_files_hold(settings: Settings, delivered: Path) -> None:
    done = materialized([raw_transactions, ledger_quality, transactions, churn_definition], delivered)
    folder = shop_folder(settings, SHOP)
    stored, definition = stored_table(folder, "transactions"), read_json(folder / "churn_definition.json")
    assert stored is not None
    assert (
        metadata(done, transactions)["dagster/row_count"]
        == stored.rows
        == metadata(done, raw_transactions)["ledger_rows"]
    )
    assert metadata(done, churn_definition)["horizon"] == definition["horizon"]


def test_a_file_that_holds_too_little_leaves_no_ledger(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "few.csv"
    file.write_text("customer_id,ts,amount\na,2024-01-01,5\nb,2024-01-02,6\n", encoding="utf-8")
    assert not materialized([raw_transactions, ledger_quality, transactions], file).success
    assert stored_table(shop_folder(settings, SHOP), "transactions") is None
