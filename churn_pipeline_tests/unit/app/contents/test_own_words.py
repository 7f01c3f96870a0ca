"""Remedies for whoever reads them in the app."""

import pytest

from churn_pipeline.api.own_words import in_own_words
from churn_pipeline.app.contents.own_words import in_app_words
from churn_pipeline.insights.money.margin import margin_in_words

OF_OTHER_FACES = ("--", "POST ", "GET ", "churn run", "shop.yaml", "column_mapping")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "Say which column is which, for example --map date=order_date.",
            "Say which column is which under *Which column is what?*.",
        ),
        (
            "Deliver the period again with --replace where it is wrong.",
            "Deliver the period again where it is wrong.",
        ),
        (
            "There is no shop 'x'; create it with: churn run FILE --shop x",
            "There is no shop 'x'; upload a file for it",
        ),
        (margin_in_words(1.0), "give the margin (Settings, Money and tiers) and score again."),
    ],
)
def test_nothing_of_the_command_line_or_the_api_is_left(said: str, expected: str):
    shown = in_app_words(in_own_words(said))
    assert expected in shown
    assert not any(word in shown for word in OF_OTHER_FACES)
