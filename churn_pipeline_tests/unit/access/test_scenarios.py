"""Scenarios belong to a shop."""

from pathlib import Path

import pytest

from churn_pipeline.access.scenarios import delete_scenario, list_scenarios, save_scenario, scenario
from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings


def test_a_scenario_is_kept_listed_and_removed(tmp_path: Path):
    settings = Settings(home=tmp_path)
    first = save_scenario(settings, "tea", {"target_count": 100}, {"net_roi": 4975.0}, "mia", "v1", "autumn")
    second = save_scenario(settings, "tea", {"target_count": 50}, {"net_roi": 2000.0}, "mia")
    assert first.id.startswith("scen_")
    assert scenario(settings, "tea", first.id) == first
    assert (first.inputs, first.outputs) == ({"target_count": 100}, {"net_roi": 4975.0})
    assert [found.id for found in list_scenarios(settings, "tea")] == [second.id, first.id]
    assert list_scenarios(settings, "tea", limit=1, offset=1) == [first]
    assert list_scenarios(settings, "tea", named=True) == [first]
    delete_scenario(settings, "tea", first.id)
    assert list_scenarios(settings, "tea") == [second]


def test_another_shop_does_not_see_it(tmp_path: Path):
    settings = Settings(home=tmp_path)
    saved = save_scenario(settings, "tea", {}, {}, "mia")
    assert list_scenarios(settings, "coffee") == []
    with pytest.raises(NotFound, match="Shop 'coffee' has no scenario"):
        scenario(settings, "coffee", saved.id)
    with pytest.raises(NotFound):
        delete_scenario(settings, "coffee", saved.id)
    assert scenario(settings, "tea", saved.id) == saved
