"""What is wrong with a value is said in plain words: which one, what came, what was expected."""

import json

import pytest

from churn_pipeline.api.app import create_app
from churn_pipeline.api.invalid_values import FORMS
from churn_pipeline.core.settings import Settings

JSON = {"Content-Type": "application/json"}
FRAMEWORK = ("Input should", "valid dictionary", "pattern", "tuple", "UploadFile", "Value error", "Field ")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"session_id": "TEA", "scenario": {}}, "session_id='TEA': expected a shop's key"),
        ({"scenario": {}}, "session_id is missing."),
        (
            {"session_id": "tea", "scenario": {"target_count": "x"}},
            "scenario.target_count='x': expected a whole",
        ),
        ({"session_id": "tea", "scenario": {"success_rate": 2}}, "success_rate=2: expected 1 or less."),
        (
            {"session_id": "tea", "scenario": {"targt_count": 2}},
            "did you mean target_count? Expected: target_c",
        ),
        ({"session_id": "tea", "scenario": {}, "nam": "x"}, "nam is not known here; did you mean name?"),
        ({"session_id": "tea", "scenario": {}, "name": ""}, "name='': expected a name that is not blank."),
        ({"session_id": "tea", "scenario": []}, "scenario: expected an object."),
        ([1], "The body is no JSON object"),
    ],
)
def test_values_of_a_body(client, body, sentence):
    answer = client.post("simulate", json=body)
    assert answer.status_code == 422
    assert sentence in answer.json()["detail"]
    assert not any(word in answer.text for word in FRAMEWORK)


@pytest.mark.parametrize(
    ("content", "headers", "sentence"),
    [
        (b'{"session_id": "tea",', JSON, "The body is no JSON: "),
        (b'{"session_id": "tea", "scenario": {}}', {}, "with the header Content-Type: application/json."),
        (b"", JSON, "The request has no body"),
    ],
)
def test_bodies_that_are_no_json(client, content, headers, sentence):
    answer = client.post("simulate", content=content, headers=headers)
    assert answer.status_code == 422
    assert sentence in answer.json()["detail"]


def test_other_places_and_kinds(client):
    said = {
        "predictions/tea?limit=abc": "limit='abc': expected a whole number.",
        "predictions/tea?risk_tier=x": "risk_tier.0='x': expected one of 'high', 'medium' or 'low'.",
        "predictions/tea?ordered_from=2024": "ordered_from='2024': expected a date such as 2024-03-31.",
        "shops/UPPER": "session_id='UPPER': expected a shop's key",
    }
    assert {path: client.get(path).json()["detail"][: len(words)] for path, words in said.items()} == said
    assert "file is no file" in client.post("upload", data={"file": "x"}).json()["detail"]
    answer = client.post("configure", json={"session_id": "tea", "models": "svm"})
    assert answer.json()["errors"] == ["models='svm': expected a list."]


def test_a_password_is_not_repeated(client):
    answer = client.post("sign-in", json={"name": "mia", "password": 12345678})
    assert answer.json()["detail"] == "password: expected a text."


def test_every_pattern_of_the_document_has_words():
    document = json.dumps(create_app(Settings()).openapi())
    patterns = set()

    def look(part):
        if isinstance(part, dict):
            if isinstance(part.get("pattern"), str):
                patterns.add(part["pattern"])
            part = list(part.values())
        if isinstance(part, list):
            for one in part:
                look(one)

    look(json.loads(document))
    assert len(patterns) > 5
    assert patterns <= set(FORMS)
