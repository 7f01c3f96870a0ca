"""Audiences belong to a shop and have a name."""

from pathlib import Path

import pytest

from churn_pipeline.access.audiences import audience, delete_audience, list_audiences, save_audience
from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings


def test_a_name_again_takes_the_new_filter(tmp_path: Path):
    settings = Settings(home=tmp_path)
    first = save_audience(settings, "tea", "vips", {"risk_tier": "high"}, "mia")
    second = save_audience(settings, "tea", "vips", {"risk_tier": "medium"}, "ben")
    assert second.id == first.id
    assert audience(settings, "tea", "vips").filters == {"risk_tier": "medium"}
    assert audience(settings, "tea", first.id) == second
    assert list_audiences(settings, "tea") == [second]


def test_another_shop_does_not_see_it(tmp_path: Path):
    settings = Settings(home=tmp_path)
    saved = save_audience(settings, "tea", "vips", {}, "mia")
    other = save_audience(settings, "coffee", "vips", {}, "mia")
    assert other.id != saved.id
    with pytest.raises(NotFound, match="Shop 'coffee' has no audience"):
        delete_audience(settings, "coffee", saved.id)
    delete_audience(settings, "tea", saved.id)
    assert (list_audiences(settings, "tea"), list_audiences(settings, "coffee")) == ([], [other])
