"""Suggestions for a new shop."""

import pytest

from churn_pipeline.app.contents.new_shop import name_sentence, shop_name_of, suggested_currency
from churn_pipeline.shop.config import validated_shop_name


@pytest.mark.parametrize(
    ("typed", "name"),
    [("CD Now! Zürich", "cd-now-zurich"), ("Straße 7", "strasse-7"), ("_Tea__", "tea"), ("x" * 80, "x" * 63)],
)
def test_a_valid_name_is_made_of_what_was_typed(typed: str, name: str):
    assert shop_name_of(typed) == name == validated_shop_name(name)


def test_one_sentence_says_what_is_wrong_with_an_example_and_what_is_taken():
    said = name_sentence("CD Now!")
    assert said is not None
    assert "“CD Now!” cannot be a shop's name" in said
    assert "such as tea-shop" in said and "**cd-now**" in said
    assert "as the file is" in str(name_sentence("???"))
    assert name_sentence("tea-shop") is None
    assert name_sentence("") is None


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("€ 9,90", "EUR"), ("9.90 USD", "USD"), ("R$ 5", "BRL"), ("$5", "USD"), ("12 zł", "PLN"), ("9.90", "")],
)
def test_the_currency_is_that_of_the_amounts(amount: str, expected: str):
    upload = {
        "suggested_mapping": {"amount": {"column": "Total"}},
        "preview": [{"Total": amount, "note": "EUR for 3 $ off"}],
    }
    assert suggested_currency(upload)[0] == expected
