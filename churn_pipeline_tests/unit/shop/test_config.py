"""Shop names are hostile until validated; configurations survive a round trip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.shop.config import ColumnField, ShopConfig, changed_config, validated_shop_name
from churn_pipeline.shop.directory import list_shops, load_shop, save_shop, shop_folder


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path)


@pytest.mark.parametrize(
    "name", ["", "..", "a/b", "../etc", "Shop", "-a", "_a", "a" * 64, "a b", "a\n", "ä", "a;drop", "a'b"]
)
def test_names_that_could_do_harm_are_refused(settings, name):
    with pytest.raises(BadInput, match="not valid"):
        shop_folder(settings, name)


@given(st.from_regex(r"[a-z0-9][a-z0-9_-]{0,62}", fullmatch=True))
def test_every_name_of_the_declared_form_is_taken(name):
    assert validated_shop_name(name) == name


def test_a_configuration_survives_the_round_trip(settings):
    config = ShopConfig(
        name="tea", mapping={ColumnField.DATE: "Datum"}, horizon=45, timezone="Europe/Berlin", currency="€"
    )
    save_shop(settings, config)
    assert load_shop(settings, "tea") == config
    assert list_shops(settings) == ["tea"]


def test_an_unknown_shop_names_the_known_ones(settings):
    save_shop(settings, ShopConfig(name="tea"))
    with pytest.raises(NotFound, match="known: tea"):
        load_shop(settings, "coffee")


@pytest.mark.parametrize(
    "text",
    ["name: tea\nhorizon: soon\n", "name: tea\nsurprise: 1\n", "name: [", "name: tea\ntimezone: Mars/Base\n"],
)
def test_a_configuration_that_makes_no_sense_is_refused_with_its_path(settings, text):
    save_shop(settings, ShopConfig(name="tea"))
    path = shop_folder(settings, "tea") / "shop.yaml"
    path.write_text(text)
    with pytest.raises(BadInput, match=r"shop\.yaml cannot be read"):
        load_shop(settings, "tea")


def test_a_locale_is_one_that_there_is():
    assert ShopConfig(name="kiosk").locale == "en"
    assert ShopConfig(name="kiosk", locale="de-CH").locale == "de_CH"
    with pytest.raises(BadInput, match="'xx_YY' is no locale"):
        changed_config(ShopConfig(name="kiosk"), {"locale": "xx_YY"})
