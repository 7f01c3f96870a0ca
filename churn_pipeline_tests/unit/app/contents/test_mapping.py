"""What a file's columns are taken for."""

import pytest

from churn_pipeline.app.contents.mapping import (
    FIELD_NAMES,
    NO_COLUMN,
    chosen_mapping,
    columns_used_twice,
    confidence,
    missing_fields,
    suggested_column,
)
from churn_pipeline.shop.config import ColumnField

UPLOAD = {"suggested_mapping": {"customer_id": {"column": "user", "confidence": 0.93}}}


def test_a_suggestion_is_shown_with_how_sure_it_is():
    assert suggested_column(UPLOAD, ColumnField.CUSTOMER_ID) == "user"
    assert confidence(UPLOAD, ColumnField.CUSTOMER_ID, "user") == "suggested, 93 % sure"
    assert confidence(UPLOAD, ColumnField.CUSTOMER_ID, "id") == "chosen by you"
    assert suggested_column(UPLOAD, ColumnField.DATE) == NO_COLUMN
    assert confidence(UPLOAD, ColumnField.DATE, NO_COLUMN) == "needed"
    assert confidence(UPLOAD, ColumnField.PRODUCT, NO_COLUMN) == "left out"


def test_every_field_that_a_file_can_have_can_be_chosen():
    assert set(FIELD_NAMES) == set(ColumnField)


@pytest.mark.parametrize(
    ("mapping", "missing"),
    [
        ({}, ["Customer", "Date of purchase", "Amount"]),
        ({"customer_id": "a", "date": "b", "amount": "c"}, []),
        ({"customer_id": "a", "date": "b", "unit_price": "c", "quantity": "d"}, []),
        ({"customer_id": "a", "date": "b", "unit_price": "c"}, ["Amount"]),
    ],
)
def test_what_is_missing_is_named(mapping, missing):
    assert missing_fields(mapping) == missing


def test_columns_that_are_not_in_the_file_are_left_out_and_double_use_is_seen():
    mapping = chosen_mapping(
        {ColumnField.CUSTOMER_ID: "a", ColumnField.DATE: "a", ColumnField.AMOUNT: NO_COLUMN}
    )
    assert mapping == {"customer_id": "a", "date": "a"}
    assert columns_used_twice(mapping) == ["a"]
