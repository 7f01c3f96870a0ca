"""Every document is declared, and says what its keys mean."""

import pytest

from churn_pipeline.core.documents.catalogue import DOCUMENTS, document_model
from churn_pipeline.core.documents.results import Results


@pytest.mark.parametrize("place", DOCUMENTS)
def test_every_document_says_what_it_is(place):
    assert (DOCUMENTS[place].__doc__ or "").strip().endswith(".")


@pytest.mark.parametrize(
    ("place", "model"),
    [
        ("results.json", "Results"),
        ("candidates/svm.json", "CandidateDocument"),
        ("candidates/baselines.json", "BaselinesDocument"),
        ("uploads/ab12/upload.json", "UploadEntry"),
    ],
)
def test_a_place_leads_to_its_model(place, model):
    assert document_model(place).__name__ == model


def test_a_pattern_fits_the_whole_place_only():
    with pytest.raises(KeyError):
        document_model("staged/results.json")


def test_the_results_have_the_keys_of_the_specification():
    required = Results.model_json_schema()["required"]
    assert {"summary", "model_performance", "feature_importance", "segments", "recommendations"} <= set(
        required
    )
