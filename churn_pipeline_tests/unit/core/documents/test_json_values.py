"""Values in JSON's own types."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn_pipeline.core.documents.json_values import json_safe
from churn_pipeline.core.enums import Tier


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.int64(3), 3),
        (np.float32(0.5), 0.5),
        (np.bool_(True), True),
        (np.array([[1.0, np.nan]]), [[1.0, None]]),
        (float("inf"), None),
        (np.float64("nan"), None),
        (pd.NaT, None),
        (pd.NA, None),
        (pd.Timestamp("2024-01-02"), "2024-01-02T00:00:00"),
        (date(2024, 1, 2), "2024-01-02"),
        ((1, "a"), [1, "a"]),
        ({Tier.HIGH: Tier.LOW, 2: None}, {"high": "low", "2": None}),
    ],
)
def test_numpy_times_and_missing_values_become_jsons_own(value, plain):
    assert json_safe(value) == plain
    assert type(json_safe(value)) is type(plain)


def test_what_has_no_json_form_is_left_for_json_to_refuse():
    with pytest.raises(TypeError):
        json.dumps(json_safe({"a": {1, 2}}))


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()


@given(st.recursive(VALUES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20))
def test_every_nested_value_comes_back_from_json_as_it_was_made_safe(value):
    plain = json_safe(value)
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert json_safe(plain) == plain
