"""Declared documents: what is not as declared is refused, and the former file stays."""

import numpy as np
import pytest

from churn_pipeline.core.documents.write import write_document
from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.store import read_json

SEGMENT = {
    "rfm_segment": "champions",
    "count": np.int64(3),
    "revenue": np.float64(9.5),
    "avg_churn_probability": np.nan,
}


def test_a_document_is_written_in_plain_values_and_in_the_order_of_its_content(tmp_path):
    write_document(tmp_path, "customer_segments.json", {"personas": [], "rfm_segments": [SEGMENT]})
    written = read_json(tmp_path / "customer_segments.json")
    assert list(written) == ["personas", "rfm_segments"]
    assert written["rfm_segments"] == [SEGMENT | {"count": 3, "revenue": 9.5, "avg_churn_probability": None}]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"count": "many"}, "count"),
        ({"revenue": float("nan")}, "revenue"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_not_as_declared_is_named_and_the_former_document_stays(tmp_path, change, key):
    write_document(tmp_path, "customer_segments.json", {"rfm_segments": [SEGMENT], "personas": []})
    before = (tmp_path / "customer_segments.json").read_bytes()
    with pytest.raises(ChurnError, match=f"customer_segments.json .*: rfm_segments.0.{key}: "):
        write_document(
            tmp_path, "customer_segments.json", {"rfm_segments": [SEGMENT | change], "personas": []}
        )
    assert (tmp_path / "customer_segments.json").read_bytes() == before


def test_a_missing_key_is_named(tmp_path):
    with pytest.raises(ChurnError, match=r"passed.json .*: data_versions: Field required"):
        write_document(tmp_path, "staged/passed.json", {})


def test_an_undeclared_document_is_an_error_of_the_program(tmp_path):
    with pytest.raises(KeyError, match=r"notes\.json"):
        write_document(tmp_path, "notes.json", {})
