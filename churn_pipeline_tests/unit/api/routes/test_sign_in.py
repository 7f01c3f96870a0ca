"""People sign in with a name and a password, and out again."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from churn_pipeline.access.rights import Role
from churn_pipeline.access.users import create_user
from churn_pipeline.api.app import create_app

PASSWORD = "correct horse battery"
MIA = {"name": "mia", "password": PASSWORD}


@pytest.fixture
def door(scored) -> Iterator[TestClient]:
    """An application with a user who may read the shop `tea`."""
    settings = scored[0].model_copy(update={"failures_per_minute": 3})
    create_user(settings, "mia", Role.READER, ["tea"], PASSWORD)
    with TestClient(create_app(settings), "http://127.0.0.1:8000", client=("127.0.0.1", 1)) as client:
        client.base_url = client.base_url.join("/api/v1/")
        yield client


def test_in_and_out_again(door: TestClient):
    assert door.get("me").status_code == 401
    given = door.post("sign-in", json=MIA).json()
    token = {"Authorization": f"Bearer {given['token']}"}
    rights = {"shops": ["tea"], "can_write": False, "is_admin": False, "can_see_contacts": False}
    assert {name: given[name] for name in rights} == rights
    me = door.get("me", headers=token).json()
    assert me == {"name": "user mia", **rights}
    assert door.get("predictions/tea", headers=token).status_code == 200
    assert door.post("train", headers=token, json={"session_id": "tea"}).status_code == 403
    assert door.post("sign-out", headers=token).json() == me
    assert door.get("me", headers=token).status_code == 401
    assert door.post("sign-out", headers=token).status_code == 401


def test_a_wrong_password_and_an_unknown_name_read_alike(door: TestClient):
    wrong, unknown = (
        door.post("sign-in", json=MIA | change) for change in ({"password": "x"}, {"name": "x"})
    )
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json()["detail"] == unknown.json()["detail"]
    assert wrong.json()["type"] == "/api/v1/problems/not-signed-in"
    assert PASSWORD not in wrong.text


def test_guessing_is_slowed_down(door: TestClient):
    for _ in range(3):
        assert door.post("sign-in", json={"name": "bob", "password": "x"}).status_code == 401
    refused = door.post("sign-in", json={"name": "bob", "password": "x"})
    assert (refused.status_code, refused.json()["type"]) == (429, "/api/v1/problems/too-many-requests")
    assert int(refused.headers["retry-after"]) > 0


@pytest.mark.parametrize("body", [{}, {"name": "mia"}, {"name": "", "password": ""}, MIA | {"shop": "tea"}])
def test_requests_that_cannot_be(door: TestClient, body: dict[str, str]):
    answer = door.post("sign-in", json=body)
    assert (answer.status_code, answer.json()["type"]) == (422, "/api/v1/problems/invalid-request")
