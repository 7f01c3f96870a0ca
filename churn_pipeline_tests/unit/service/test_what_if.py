"""Models that are loaded before somebody asks."""

import os
from pathlib import Path

import pytest

from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.settings import Settings
from churn_pipeline.service import what_if
from churn_pipeline.service.callers import LOCAL
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import save_shop, shop_folder
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.lifecycle import registry


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The shops whose model was asked for, in a home with six; that of `broken` cannot be loaded."""
    settings, found = Settings(home=tmp_path), []
    for age, shop in enumerate(("newest", "broken", "third", "fourth", "fifth")):
        save_shop(settings, ShopConfig(name=shop))
        results = shop_folder(settings, shop) / "results.json"
        results.write_text("{}")
        os.utime(results, (1_700_000_000 - age, 1_700_000_000 - age))
    save_shop(settings, ShopConfig(name="unscored"))

    def load(run: ShopRun) -> tuple[str, str]:
        found.append(run.shop)
        if run.shop == "broken":
            raise ChurnError("its files were changed")
        return f"model of {run.shop}", "1"

    monkeypatch.setattr(registry, "current_champion", load)
    what_if._models.clear()
    return found


def test_the_models_of_the_shops_scored_last_are_loaded(asked: list[str], tmp_path: Path):
    what_if.load_champions(Settings(home=tmp_path))
    assert asked == ["newest", "broken", "third", "fourth"]
    assert what_if.champion(Settings(home=tmp_path), LOCAL, "third") == "model of third"
    assert asked == ["newest", "broken", "third", "fourth"]
    what_if._models.clear()
