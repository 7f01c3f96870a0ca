"""The OpenAPI document reads well, and every operation keeps the conventions."""

import errno
import json
import re
from datetime import date
from http.client import HTTPConnection

import pytest
from fastapi import Response

from churn_pipeline.api.conventions import deprecated
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.errors import REMEDIES, TITLES
from churn_pipeline_tests.builders.protected_app import client_of

OF_THE_SPECIFICATION = {
    ("post", "/api/v1/upload"),
    ("post", "/api/v1/configure"),
    ("post", "/api/v1/train"),
    ("get", "/api/v1/train/status/{job_id}"),
    ("get", "/api/v1/results/{session_id}"),
    ("get", "/api/v1/predictions/{session_id}"),
    ("post", "/api/v1/simulate"),
    ("get", "/api/v1/export/{session_id}"),
}


@pytest.fixture
def operations(client) -> dict[tuple[str, str], dict]:
    document = client.get("openapi.json").json()
    return {
        (method, path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_the_endpoints_of_the_specification_are_there(operations):
    assert set(operations) >= OF_THE_SPECIFICATION


def test_operation_ids_are_unique_and_short(operations):
    ids = [operation["operationId"] for operation in operations.values()]
    assert len(ids) == len(set(ids)) > 30
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+){0,3}", i) and len(i) <= 24 for i in ids), ids


def test_every_operation_says_what_it_does_and_which_problems_it_may_answer(operations):
    for where, operation in operations.items():
        assert operation.get("description"), where
        assert operation["tags"], where
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                (media,) = answer["content"]
                assert media == "application/problem+json", (where, status)
                assert answer["content"][media]["schema"]["$ref"].endswith("/Problem")
        if operation.get("security"):
            assert {"401", "403", "404", "422", "429"} <= set(operation["responses"]), where


def test_only_what_says_nothing_of_a_shop_is_open(operations):
    without = {operation["operationId"] for operation in operations.values() if not operation.get("security")}
    assert without == {"get_health", "get_readiness", "get_version", "get_problem_kind", "sign_in"}


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("nothing", 404, "not-found"),
        ("shops/nobody", 404, "not-found"),
        ("shops/..%2F..", 404, "not-found"),
        ("shops/UPPER", 422, "invalid-request"),
        ("predictions/tea?limit=0", 422, "invalid-request"),
        ("problems/unheard-of", 404, "not-found"),
    ],
)
def test_problems_are_flat_and_have_a_stable_type(client, path, status, kind):
    answer = client.get(path)
    document = answer.json()
    assert (answer.status_code, document["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert document["type"] == f"/api/v1/problems/{kind}"
    assert document["title"] == TITLES[kind]
    assert document["detail"].endswith((".", ")"))
    assert document["request_id"] == answer.headers["x-request-id"]
    assert all(not isinstance(value, dict) for value in document.values())


def test_the_type_of_a_problem_can_be_looked_up(client):
    kind = client.get("shops/nobody").json()["type"]
    found = client.get(f"http://127.0.0.1:8000{kind}").json()
    assert (found["kind"], found["title"]) == ("not-found", "Not found")
    assert set(REMEDIES) == set(TITLES)
    assert found["remedy"] == REMEDIES["not-found"]


def test_an_address_with_a_slash_at_its_end_is_another_one(client):
    assert client.get("shops/", follow_redirects=False).status_code == 404
    assert client.get("results/tea/", follow_redirects=False).status_code == 404


def test_a_method_that_an_address_does_not_take(client):
    answer = client.put("shops/tea")
    assert (answer.status_code, answer.json()["type"]) == (405, "/api/v1/problems/method-not-allowed")
    assert answer.headers["allow"] == "DELETE, GET"
    assert client.put("customers/tea/a/b").headers["allow"] == "DELETE, GET"
    assert client.put("shops/tea/settings").headers["allow"] == "GET"
    assert client.put("audiences").headers["allow"] == "POST"
    assert client.put("scenarios/tea/compare").headers["allow"] == "GET"
    assert client.request("TRACE", "docs").headers["allow"] == "GET"


def test_a_fixed_address_is_not_taken_for_one_with_a_parameter(client):
    answer = client.delete("scenarios/tea/compare")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert client.delete("scenarios/tea/compare?scenario_id=scen_0").status_code == 405
    assert client.delete("scenarios/tea/other").status_code == 422


def test_no_fixed_address_stands_where_a_shop_may(client):
    paths = [path.split("/") for path in client.get("openapi.json").json()["paths"]]
    of_shops = [(path, path.index("{session_id}")) for path in paths if "{session_id}" in path]
    taken = [
        other
        for path, place in of_shops
        for other in paths
        if len(other) == len(path) and other[:place] == path[:place] and other[place] != "{session_id}"
    ]
    assert taken == [], "a shop of that name could not be asked for"


def test_times_say_their_zone_or_are_no_date_time(client):
    schemas = client.get("openapi.json").json()["components"]["schemas"]
    assert schemas["ScenarioAnswer"]["properties"]["created_at"]["format"] == "date-time"
    assert "format" not in schemas["EarlierScore"]["properties"]["as_of"]
    made = client.post("simulate", json={"session_id": "tea", "scenario": {}}).json()
    assert made["created_at"].endswith("Z")


def test_generators_of_clients_find_what_they_need(client):
    document = client.get("openapi.json").json()
    schemas = document["components"]["schemas"]
    assert schemas["Body_upload_file"]["properties"]["file"]["format"] == "binary"
    assert [name for name, schema in schemas.items() if "properties" in schema and "anyOf" in schema] == []
    exported = document["paths"]["/api/v1/export/{session_id}"]["get"]["responses"]["200"]["content"]
    assert next(iter(exported)) == "application/octet-stream"
    assert "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" in exported


def test_an_unexpected_error_says_nothing_of_its_cause(scored, monkeypatch):
    from fastapi.testclient import TestClient

    from churn_pipeline.api.app import create_app
    from churn_pipeline.service import shops

    def fails(*_: object) -> None:
        raise ValueError("a secret of ours")

    monkeypatch.setattr(shops, "my_shops", fails)
    client = TestClient(create_app(scored[0]), "http://127.0.0.1:8000", client=("127.0.0.1", 1))
    answer = client.get("/api/v1/shops")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json()["type"] == "/api/v1/problems/failed"
    assert answer.json()["request_id"] == answer.headers["x-request-id"] != ""
    assert "secret" not in answer.text
    assert 'route="/shops",status="500"} 1.0' in client.get("/api/v1/metrics").text


def test_a_full_disk_is_said_and_nothing_of_its_folders(scored, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/srv/churn/data/received/tea/x.csv")

    from churn_pipeline.api.app import create_app
    from churn_pipeline.service.delivery import upload

    monkeypatch.setattr(upload, "store_stream", full)
    file = {"file": ("tea.csv", b"a,b\n1,2\n")}
    answer = client_of(create_app(scored[0])).post("/api/v1/upload", files=file)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert "No space left on device" in answer.json()["detail"] and "/srv" not in answer.text


def test_the_connection_outlives_an_unexpected_error(scored, monkeypatch):
    """Asked over a real socket: a keep-alive connection takes the next question."""
    from churn_pipeline.api.serve import serve_beside
    from churn_pipeline.service import shops

    monkeypatch.setattr(shops, "my_shops", lambda *_: 1 / 0)
    port = int(serve_beside(scored[0]).rsplit(":", 1)[1])
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/api/v1/shops")
    asked = connection.sock
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["status"]) == (500, 500)
    connection.request("HEAD", "/api/v1/health")
    answer = connection.getresponse()
    assert (answer.status, answer.read(), answer.headers["content-length"]) == (200, b"", "15")
    connection.request("GET", "/api/v1/health")
    assert json.loads(connection.getresponse().read()) == {"status": "ok"}
    assert connection.sock is asked


def test_head_is_get_without_the_body(client):
    for path in ("health", "predictions/tea", "export/tea", "docs"):
        answer = client.head(path)
        assert (answer.status_code, answer.content) == (200, b"")
        assert int(answer.headers["content-length"]) > 0
    assert client.head("nothing").status_code == 404
    assert client.head("simulate").status_code == 405
    assert 'method="HEAD",route="/health",status="200"} 1.0' in client.get("metrics").text


def test_large_answers_are_compressed_and_small_ones_are_not(client):
    large = client.get("predictions/tea", headers={"Accept-Encoding": "gzip"})
    small = client.get("health", headers={"Accept-Encoding": "gzip"})
    assert large.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in small.headers


def test_requests_are_counted_by_route_and_never_by_customer(client):
    client.get("customers/tea/secret-customer")
    text = client.get("metrics").text
    route = "/customers/{session_id}/{customer_id:path}"
    assert f'route="{route}",status="404"}} 1.0' in text
    assert "secret-customer" not in text


def test_health_readiness_and_version(client, scored):
    assert client.get("health").json() == {"status": "ok"}
    assert client.get("ready").json() == {"status": "ready"}
    assert client.get("version").json()["api"] == "v1"
    home: Settings = scored[0]
    home.data_dir.rename(home.home / "gone")
    answer = client.get("ready")
    assert (answer.status_code, answer.json()["type"]) == (503, "/api/v1/problems/not-available")


def test_an_operation_that_will_go_says_so():
    response = Response()
    deprecated(date(2026, 1, 1), date(2027, 1, 1), "/api/v2/results")(response)
    assert response.headers["Deprecation"] == "@1767225600"
    assert response.headers["Sunset"] == "Fri, 01 Jan 2027 00:00:00 GMT"
    assert response.headers["Link"] == '</api/v2/results>; rel="successor-version"'
