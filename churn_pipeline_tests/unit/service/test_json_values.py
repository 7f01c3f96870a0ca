"""Whole numbers as JSON has them."""

import pytest
from pydantic import ValidationError

from churn_pipeline.service.requests import ScenarioInputs


@pytest.mark.parametrize("given", ["566", "566.0", "5.66e2"])
def test_a_whole_number_however_it_is_written(given: str):
    assert ScenarioInputs.model_validate_json(f'{{"target_count": {given}}}').target_count == 566


@pytest.mark.parametrize("given", ["566.5", '"566"', "true", "-1.0"])
def test_what_is_no_whole_number_above_0(given: str):
    with pytest.raises(ValidationError):
        ScenarioInputs.model_validate_json(f'{{"target_count": {given}}}')
