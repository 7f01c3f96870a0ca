"""What a request names and its operation does not have is refused by name."""

import pytest

from churn_pipeline.api.app import create_app
from churn_pipeline.core.settings import Settings
from churn_pipeline_tests.builders.protected_app import client_of, key_of

DOCUMENT = create_app(Settings()).openapi()
READS = [
    path.removeprefix("/api/v1/").replace("{session_id}", "tea").replace("{kind}", "failed")
    for path, methods in DOCUMENT["paths"].items()
    if "get" in methods
]


@pytest.mark.parametrize("path", READS)
def test_no_operation_leaves_an_unknown_parameter_aside(client, path):
    answer = client.get(path, params={"unheard_of": 1})
    assert (answer.status_code, answer.json()["type"]) == (422, "/api/v1/problems/invalid-request")
    assert "'unheard_of' is no query parameter of this operation" in answer.json()["detail"]


def test_the_sentence_names_what_there_is_and_what_was_meant(client):
    detail = client.get("train/status/x?limt=3").json()["detail"]
    assert detail == "'limt' is no query parameter of this operation. It has none."
    detail = client.get("jobs?limt=3").json()["detail"]
    assert "did you mean limit? It has limit, offset, session_id." in detail
    assert client.get("export/tea?list=win_back&format=csv").status_code == 200
    assert client.post("simulate?dry=1", json={"session_id": "tea", "scenario": {}}).status_code == 422


def test_a_stranger_is_told_that_a_key_is_needed(scored):
    app = create_app(scored[0])
    key = key_of(scored[0], "tea")
    assert client_of(app).get("/api/v1/shops?x=1").status_code == 401
    assert client_of(app, key).get("/api/v1/shops?x=1").status_code == 422
    assert client_of(app).get("/api/v1/health?x=1").status_code == 422


def test_a_form_has_one_file_and_the_fields_that_are_known(client):
    twice = [("file", ("a.csv", b"a")), ("file", ("b.csv", b"b"))]
    assert "'file' comes 2 times" in client.post("upload", files=twice).json()["detail"]
    answer = client.post("upload", files={"file": ("a.csv", b"a")}, data={"shpo": "tea"})
    assert answer.status_code == 422
    assert "did you mean shop?" in answer.json()["detail"]


def test_a_parameter_of_one_value_comes_once(client):
    answer = client.get("jobs?limit=1&limit=2")
    assert (answer.status_code, answer.json()["detail"]) == (
        422,
        "'limit' comes 2 times in the query, and one is taken: leave the others out.",
    )
    assert client.get("predictions/tea?status=new&status=lapsed").status_code == 200
    page = client.get("predictions/tea?limit=1").json()
    assert client.get(f"predictions/tea?limit=1&cursor={page['next_cursor']}&offset=3").status_code == 422
