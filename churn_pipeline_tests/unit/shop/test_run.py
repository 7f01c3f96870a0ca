"""One shop for all stages: what is loaded once, and what is loaded anew."""

import pytest

from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import write_json
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import save_shop
from churn_pipeline.shop.run import open_shop


def test_a_shop_is_opened_by_name_and_knows_its_horizon_once_there_is_one(tmp_path):
    settings = Settings(home=tmp_path)
    with pytest.raises(NotFound, match="kiosk"):
        open_shop(settings, "kiosk")
    save_shop(settings, ShopConfig(name="kiosk"))
    run = open_shop(settings, "kiosk")
    assert run.shop == run.store.folder.name == "kiosk"
    with pytest.raises(NotFound, match="churn_definition"):
        _ = run.horizon
    write_json(run.store.folder / "churn_definition.json", {"horizon": 45})
    assert run.horizon == 45


def test_what_is_loaded_once_is_loaded_anew_from_another_version_and_the_former_goes(tmp_path):
    save_shop(Settings(home=tmp_path), ShopConfig(name="kiosk"))
    run, loads = open_shop(Settings(home=tmp_path), "kiosk"), []

    def load():
        loads.append(None)
        return len(loads)

    assert [run.once(("champion", version), load) for version in ("1", "1", "2", "2")] == [1, 1, 2, 2]
    assert run.once(("explanation", "1"), load) == 3
    assert set(run.loaded) == {("champion", "2"), ("explanation", "1")}
