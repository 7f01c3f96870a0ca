"""A request under an Idempotency-Key is worked on once."""

from pathlib import Path

import pytest
from fastapi import FastAPI

from churn_pipeline.core.settings import Settings
from churn_pipeline_tests.builders.protected_app import client_of, key_of, protected_app

KEY = {"Idempotency-Key": "order-1"}
TEA = {"session_id": "tea"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    return protected_app(settings)


def test_the_same_request_again_starts_nothing(app: FastAPI):
    client = client_of(app)
    first, again = client.post("/train", json=TEA, headers=KEY), client.post("/train", json=TEA, headers=KEY)
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json() == {"job_id": 1}
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert app.state.trained == 1


def test_without_a_key_or_with_another_each_request_counts(app: FastAPI):
    client = client_of(app)
    for headers in ({}, {}, KEY, {"Idempotency-Key": "order-2"}):
        assert client.post("/train", json=TEA, headers=headers).status_code == 202
    assert app.state.trained == 4


def test_what_does_not_declare_the_key_answers_anew(app: FastAPI):
    client = client_of(app)
    assert client.get("/trained", headers=KEY).json() == 0
    client.post("/train", json=TEA)
    assert client.get("/trained", headers=KEY).json() == 1


def test_another_body_is_refused(app: FastAPI):
    client = client_of(app)
    client.post("/train", json=TEA, headers=KEY)
    answer = client.post("/train", json={"session_id": "coffee"}, headers=KEY)
    assert (answer.status_code, answer.json()["type"]) == (409, "idempotency-key-reused")


def test_a_refused_request_may_be_corrected_under_its_key(app: FastAPI, settings: Settings):
    client = client_of(app, key_of(settings, "tea", write=True))
    assert client.post("/train", json={"session_id": "coffee"}, headers=KEY).status_code == 404
    assert client.post("/train", json={"wrong": 1}, headers=KEY).status_code == 422
    assert client.post("/train", json=TEA, headers=KEY).status_code == 202


def test_one_callers_key_opens_no_answer_of_another(app: FastAPI, settings: Settings):
    first, second = key_of(settings, "tea", write=True), key_of(settings, "tea", write=True)
    assert client_of(app, first).post("/train", json=TEA, headers=KEY).json() == {"job_id": 1}
    assert client_of(app, second).post("/train", json=TEA, headers=KEY).json() == {"job_id": 2}
    assert client_of(app).post("/train", json=TEA, headers=KEY).status_code == 401


def test_an_impossible_key_is_refused(app: FastAPI):
    assert client_of(app).post("/train", json=TEA, headers={"Idempotency-Key": "x" * 256}).status_code == 422


def test_the_header_stands_in_the_document(app: FastAPI):
    parameters = app.openapi()["paths"]["/train"]["post"]["parameters"]
    assert [(p["name"], p["in"], p["required"]) for p in parameters] == [("Idempotency-Key", "header", False)]
