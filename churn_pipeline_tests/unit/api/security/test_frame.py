"""Request ids, security headers and the access log."""

import json
import logging
from pathlib import Path

import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.runtime.logs import JsonLines
from churn_pipeline_tests.builders.protected_app import client_of, key_of, protected_app


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def test_security_headers_are_on_every_answer(settings: Settings):
    client = client_of(protected_app(settings))
    for path in ("/who", "/nothing-here", "/openapi.json"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert headers["cache-control"] == "private, no-cache"
    page = client.get("/docs").headers["content-security-policy"]
    assert page == "default-src 'none'; frame-ancestors 'none'; style-src 'unsafe-inline'"


def test_other_origins_are_told_nothing(settings: Settings):
    client = client_of(protected_app(settings), key_of(settings, "tea"))
    asked = {"Origin": "https://evil.example.com", "Access-Control-Request-Method": "GET"}
    for answer in (client.get("/who", headers=asked), client.options("/who", headers=asked)):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_a_request_keeps_its_id_or_gets_one(settings: Settings):
    client = client_of(protected_app(settings))
    assert (
        client.get("/who", headers={"X-Request-ID": "order-12345"}).headers["x-request-id"] == "order-12345"
    )
    for bad in ("short", "x" * 65, "a b c d e f g"):
        given = client.get("/who", headers={"X-Request-ID": bad}).headers["x-request-id"]
        assert given != bad
        assert len(given) == 32


def test_the_log_names_route_and_caller_and_no_address_or_key(
    settings: Settings, caplog: pytest.LogCaptureFixture
):
    key = key_of(settings, "tea")
    with caplog.at_level(logging.INFO, "churn.access"):
        client_of(protected_app(settings), key).get(
            "/shops/tea?customer=C1", headers={"X-Request-ID": "order-12345"}
        )
    (record,) = [r for r in caplog.records if r.name == "churn.access"]
    line = JsonLines("api").format(record)
    details = json.loads(line)
    assert (details["route"], details["method"], details["status"]) == ("/shops/{shop}", "GET", 200)
    assert details["request_id"] == "order-12345"
    assert details["caller"].startswith("key ")
    assert "C1" not in line
    assert key not in line
    assert record.getMessage().startswith("GET /shops/{shop} 200 ")
