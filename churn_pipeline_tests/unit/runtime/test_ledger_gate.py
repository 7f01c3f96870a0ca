"""Assets refuse a ledger that has not passed its checks, also alone; one that passes is checked once."""

from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from churn_pipeline.core.errors import QualityGateFailed
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.orchestration.assets.ledger import churn_definition
from churn_pipeline.orchestration.partitions import DIMENSION
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.quality import suite
from churn_pipeline.runtime.ledger_gate import note_passed, require_passed_ledger
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import save_shop, shop_folder
from churn_pipeline.shop.run import ShopRun
from churn_pipeline_tests.builders.ledger_folder import VERSION, put_ledger
from churn_pipeline_tests.builders.ledgers import simulated_ledger

CONFIG = ShopConfig(name="tea", horizon=45)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("CHURN_HOME", str(tmp_path))
    return Settings(home=tmp_path)


def published(settings: Settings, ledger: pd.DataFrame) -> Path:
    """The ledger in the shop's folder, put there by hand."""
    save_shop(settings, CONFIG)
    return put_ledger(shop_folder(settings, CONFIG.name), ledger)


def materialized_alone() -> bool:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(DIMENSION, [CONFIG.name])
        done = dg.materialize(
            [churn_definition],
            instance=instance,
            partition_key=CONFIG.name,
            resources={"churn": ChurnSettings()},
            raise_on_error=False,
        )
    return bool(done.success)


def test_an_asset_alone_refuses_a_ledger_that_would_not_pass(settings):
    folder = published(settings, simulated_ledger(customers=60, days=400))
    with pytest.raises(QualityGateFailed, match="100"):
        require_passed_ledger(ShopRun(settings, CONFIG, ShopStore(folder)))
    assert not materialized_alone()
    assert not (folder / "churn_definition.json").exists()
    note_passed(ShopStore(folder), "another version")
    assert not materialized_alone()


def test_a_ledger_that_passes_is_read_and_checked_once(settings, monkeypatch):
    folder = published(settings, simulated_ledger(customers=200, days=400))
    assert materialized_alone()
    monkeypatch.setattr(suite, "check_ledger", lambda *_: pytest.fail("checked again"))
    require_passed_ledger(ShopRun(settings, CONFIG, ShopStore(folder)))
    assert materialized_alone()


def test_a_noted_version_is_believed(settings):
    folder = published(settings, simulated_ledger(customers=60, days=400))
    note_passed(ShopStore(folder), VERSION.data_version)
    require_passed_ledger(ShopRun(settings, CONFIG, ShopStore(folder)))


def test_without_a_ledger_there_is_nothing_to_refuse(settings, tmp_path):
    require_passed_ledger(ShopRun(settings, CONFIG, ShopStore(tmp_path)))
