"""Numbers in sentences: one style, no more digits than a reader needs, never a minus before nothing."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn_pipeline.core.wording import (
    change,
    counted,
    day,
    filled,
    in_locale,
    money,
    number,
    percent,
    quantity,
    written_day,
)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1234.4, "1,234"),
        (1e6, "1,000,000"),
        (12.34, "12.3"),
        (0.421, "0.42"),
        (7, "7"),
        (-0.001, "0.00"),
        (-5.5, "-5.50"),
    ],
)
def test_numbers(value: float, words: str) -> None:
    assert number(value) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.38, "38 %"),
        (0.042, "4.2 %"),
        (0.0996, "10 %"),
        (0, "0 %"),
        (0.0001, "below 0.1 %"),
        (0.9996, "over 99 %"),
        (1, "100 %"),
        (13.2, "1,320 %"),
    ],
)
def test_percent(share: float, words: str) -> None:
    assert percent(share) == words


def test_percent_with_as_many_decimals_as_a_comparison_needs() -> None:
    assert (percent(0.304, 1), percent(0.3, 1), percent(0.9996, 1)) == ("30.4 %", "30.0 %", "100.0 %")


def test_changes_have_a_sign_unless_nothing_changed() -> None:
    assert [change(c) for c in (0.12, -0.4, 0.001, -0.001)] == ["+12 %", "-40 %", "0 %", "0 %"]
    assert change(0.0123, 1) == "+1.2 %"


@pytest.mark.parametrize(
    ("value", "currency", "words"),
    [
        (1114.91, "EUR", "EUR 1,115"),
        (9.9, "€", "€9.90"),
        (-50, "EUR", "-EUR 50.00"),
        (-0.001, "EUR", "EUR 0.00"),
        (99.999, "", "100.00"),
    ],
)
def test_money(value: float, currency: str, words: str) -> None:
    assert money(value, currency) == words


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (12.5, "currency", "EUR 12.50"),
        (0.38, "share", "38 %"),
        (0.5, "log units", "a factor of 1.6"),
        (-0.4, "-1 to 1", "-40 %"),
        (0.05, "difference", "+5 points"),
        (78.02, "days", "78 days"),
        (1.5, "ratio", "1.5 times"),
        (1.0, "orders a month", "1 order a month"),
        (1.0, "categories", "1 category"),
        (2.0, "orders", "2 orders"),
        (3.0, "", "3"),
    ],
)
def test_values_with_their_units(value: float, unit: str, words: str) -> None:
    assert quantity(value, unit, "EUR") == words


def test_plurals() -> None:
    assert [counted(n, "customers") for n in (0, 1, 1203)] == ["0 customers", "1 customer", "1,203 customers"]


def test_sentences_of_yaml_files_take_the_house_style() -> None:
    values = {"rows": 12345, "share": 0.0123, "name": "tea"}
    assert (
        filled("{rows:counted rows} of {name} ({share:percent}), {rows:06d}, {rows:number}", values)
        == "12,345 rows of tea (1.2 %), 012345, 12,345"
    )
    with pytest.raises(KeyError):
        filled("{nothing:number}", values)


@given(st.floats(-1e12, 1e12), st.integers(0, 4))
def test_the_marks_change_no_digit(value: float, decimals: int) -> None:
    words = number(value, decimals)
    assert float(words.replace(",", "")) == float(f"{value:.{decimals}f}")
    assert re.fullmatch(r"-?\d{1,3}(,\d{3})*(\.\d+)?", words)


def test_numbers_money_and_dates_have_the_marks_of_the_locale() -> None:
    when = date(2024, 3, 31)
    with in_locale("de"):
        assert (number(1234.4), number(0.421), number(-0.001)) == ("1.234", "0,42", "0,00")
        assert (money(1114.91, "EUR"), money(9.9, "€"), money(-50, "€")) == (
            "1.115 EUR",
            "9,90 €",
            "-50,00 €",
        )
        assert (money(-0.001, "€"), money(5, "")) == ("0,00 €", "5,00")
        assert (percent(0.042), change(0.12), change(0.0004, 1)) == ("4,2 %", "+12 %", "0,0 %")
        assert (quantity(1.6, "ratio"), counted(1203, "customers")) == ("1,6 times", "1.203 customers")
        assert filled("{rows:number} rows", {"rows": 1234}) == "1.234 rows"
        assert (day(when), written_day(when)) == ("31.03.2024", "31. März 2024")
    assert (number(1234.4), money(9.9, "€")) == ("1,234", "€9.90")
    assert (day(when), written_day(when)) == ("2024-03-31", "31 March 2024")


def test_the_currency_stands_where_the_locale_has_it() -> None:
    with in_locale("en_GB"):
        assert money(9.9, "£") == "£9.90"
    with in_locale("de_CH"):
        assert money(1114.91, "CHF") == "CHF 1’115"


def test_a_template_takes_the_verb_that_goes_with_the_number():
    said = "{rows:counted rows} {rows:is|are} kept."
    assert [filled(said, {"rows": n}) for n in (1, 2)] == ["1 row is kept.", "2 rows are kept."]
