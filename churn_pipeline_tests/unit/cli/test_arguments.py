"""What was given on the command line is checked before anything is stored, and refused with the argument's
name."""

import pytest
from pydantic import ValidationError

from churn_pipeline.cli.arguments import existing_files, parse_mapping, parse_models
from churn_pipeline.core.errors import BadInput
from churn_pipeline.shop.config import ShopConfig


def test_a_mapping_is_read_field_by_field_and_a_column_may_hold_an_equals_sign():
    assert parse_mapping(None) == {}
    assert parse_mapping(["customer_id=id", "amount=net=gross"]) == {
        "customer_id": "id",
        "amount": "net=gross",
    }


@pytest.mark.parametrize("pair", ["customer_id", "customer_id=", "=id", "colour=id", "Amount=total"])
def test_a_mapping_that_is_none_is_refused_with_the_fields_there_are(pair):
    with pytest.raises(
        BadInput, match=r"expected FIELD=COLUMN with FIELD one of customer_id, date, amount"
    ) as refused:
        parse_mapping(["date=day", pair])
    assert repr(pair) in str(refused.value)


def test_a_field_given_twice_is_refused():
    with pytest.raises(BadInput, match="--map amount is given twice"):
        parse_mapping(["amount=a", "date=d", "amount=b"])


def test_models_are_named_with_commas_and_an_unknown_kind_is_refused():
    assert parse_models(None) is None
    assert ShopConfig(name="a", models=parse_models("svm, lightgbm")).models == ("lightgbm", "svm")
    with pytest.raises(BadInput, match=r"--models 'lightgbm,foo': expected some of logistic_regression"):
        parse_models("lightgbm,foo")
    with pytest.raises(BadInput, match="expected some of"):
        parse_models(" , ")
    with pytest.raises(ValidationError):
        ShopConfig(name="a", models=())


def test_the_first_file_that_is_not_there_is_named(tmp_path, monkeypatch):
    (tmp_path / "a.csv").touch()
    monkeypatch.chdir(tmp_path)
    assert existing_files([tmp_path / "a.csv"]) == [str(tmp_path / "a.csv")]
    with pytest.raises(BadInput, match=r"b\.csv: there is no such file"):
        existing_files([tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "c.csv"])
    with pytest.raises(BadInput, match="there is no such file"):
        existing_files([tmp_path])
