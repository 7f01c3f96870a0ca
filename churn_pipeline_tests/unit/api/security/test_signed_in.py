"""Who is let in: with a key, or without one on a machine that is open."""

from pathlib import Path

import pytest

from churn_pipeline.access.keys import KEY, create_key, revoke_key
from churn_pipeline.access.rights import Role, rights_of_key
from churn_pipeline.access.users import create_user
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.sign_in import sign_in
from churn_pipeline_tests.builders.protected_app import client_of, key_of, protected_app

PASSWORD = "correct horse battery"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def test_on_this_machine_it_is_open_until_the_first_key(settings: Settings):
    client = client_of(protected_app(settings))
    assert client.get("/who").json() == "local"
    key = key_of(settings, "tea")
    assert client.get("/who").status_code == 401
    form = KEY.fullmatch(key)
    assert form is not None
    assert client.get("/who", headers={"Authorization": f"Bearer {key}"}).json() == f"key {form[1]} (test)"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example.com"},
        {"Origin": "https://evil.example.com"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"X-Forwarded-For": "203.0.113.5"},
        {"Forwarded": "for=203.0.113.5"},
        {"Authorization": "Bearer churn_x"},
        {"Authorization": "Basic bWlhOm1pYQ=="},
        {"Authorization": "Bearer"},
    ],
    ids=str,
)
def test_what_comes_from_elsewhere_is_not_let_in_without_a_key(settings: Settings, headers: dict[str, str]):
    assert client_of(protected_app(settings)).get("/who", headers=headers).status_code == 401


def test_the_servers_own_page_and_docs_are_of_this_machine(settings: Settings):
    client = client_of(protected_app(settings))
    headers = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin", "Host": "localhost:8000"}
    assert client.get("/who", headers=headers).status_code == 200


def test_a_server_on_another_address_is_never_open(settings: Settings):
    app = protected_app(settings)
    assert client_of(app, base_url="http://192.168.1.5:8000").get("/who").status_code == 401


def test_bad_keys_are_refused(settings: Settings):
    app = protected_app(settings)
    key_id, key = create_key(settings, "web", rights_of_key(None, False, True, False))
    wrong = key[:-1] + ("A" if key[-1] != "A" else "B")
    for bad in (wrong, "", "x", f"churn_{key_id}_", key + "x"):
        answer = client_of(app, bad).get("/who")
        assert (answer.status_code, answer.json()["type"]) == (401, "not-signed-in")
    revoke_key(settings, key_id)
    assert client_of(app, key).get("/who").status_code == 401


def test_a_signed_in_user_is_let_in(settings: Settings):
    create_user(settings, "mia", Role.READER, ["tea"], PASSWORD)
    token, caller = sign_in(settings, "mia", PASSWORD)
    assert not caller.can_write
    client = client_of(protected_app(settings), token)
    assert client.get("/who").json() == "user mia"
    assert client.get("/shops/tea").status_code == 200
    assert client.get("/shops/coffee").status_code == 404
    assert client.post("/train", json={"session_id": "tea"}).status_code == 403
