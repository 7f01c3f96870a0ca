"""Who may do what: every operation of the OpenAPI document, asked by every kind of caller.

The list is complete by construction: an operation that stands in the document and not in
builders/authorisation.py fails, and so does one that is declared and gone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import Response
from sqlalchemy import text, update

from churn_pipeline.access.database import reading, writing
from churn_pipeline.access.keys import KEY, KeyRow, create_key, revoke_key
from churn_pipeline.access.rights import Role, now_utc, rights_of_key
from churn_pipeline.access.users import create_user
from churn_pipeline.api.app import PREFIX, create_app
from churn_pipeline.core.documents.service import JobLaunch
from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.gateway import launching
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import save_shop
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.lifecycle import rollback
from churn_pipeline_tests.builders.authorisation import (
    OPERATIONS,
    PASSWORD,
    SHOP,
    USER,
    Needs,
    Objects,
    Operation,
    objects_of,
)
from churn_pipeline_tests.builders.protected_app import client_of
from churn_pipeline_tests.builders.scored_home import scored_home

OTHER = "coffee"
SAVED = ("scenarios", "audiences", "webhooks", "users")
DOCUMENT = create_app(Settings()).openapi()
DESTROYING = ("forget_customer", "forget_shop")
METHODS = {o["operationId"]: m for methods in DOCUMENT["paths"].values() for m, o in methods.items()}


class House:
    """An installation with the scored shop `tea` and the shop `coffee`, and keys of every kind."""

    def __init__(self, home: Path) -> None:
        settings, tables = scored_home(home)
        unhurried = {"reads_per_minute": 10**6, "writes_per_minute": 10**6, "failures_per_minute": 10**6}
        self.settings = settings.model_copy(update=unhurried)
        self.customer = str(tables.scores["customer_id"].iloc[0])
        save_shop(self.settings, ShopConfig(name=OTHER))
        create_user(self.settings, USER, Role.READER, [OTHER], PASSWORD)
        self.app: FastAPI = create_app(self.settings)
        self.keys: dict[str, str | None] = {
            "nobody": None,
            "wrong": "churn_000000000000_" + "A" * 43,
            "other shop": self._key(OTHER, write=True),
            "reader": self._key(SHOP),
            "writer": self._key(SHOP, write=True),
            "admin": self._key(admin=True),
            "revoked": self._key(SHOP, write=True),
            "expired": self._key(SHOP, write=True),
        }
        revoke_key(self.settings, self._id("revoked"))
        with writing(self.settings) as session:
            gone = update(KeyRow).where(KeyRow.id == self._id("expired")).values(expires_at=now_utc())
            session.execute(gone)

    def _key(self, *shops: str, write: bool = False, admin: bool = False) -> str:
        return create_key(self.settings, "test", rights_of_key(list(shops) or None, write, admin, False))[1]

    def _id(self, caller: str) -> str:
        form = KEY.fullmatch(self.keys[caller] or "")
        assert form is not None
        return form[1]

    def ask(self, caller: str, name: str, operation: Operation, objects: Objects) -> Response:
        """The answer of an operation to a caller."""
        path = f"{PREFIX}/{operation.path.format(**vars(objects))}"
        client = client_of(self.app, self.keys[caller])
        return client.request(METHODS[name], path, **operation.request(objects))

    def state(self) -> tuple[str, ...]:
        """What the shop has: files, and what was saved for it."""
        folder = self.settings.shops_dir / SHOP
        files = [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in folder.rglob("*")]
        jobs = sorted(path.read_text() for path in (self.settings.data_dir / "jobs").glob("*.json"))
        with reading(self.settings) as session:
            saved = [session.execute(text(f"SELECT * FROM {table}")).all() for table in SAVED]
        return (repr(sorted(files)), *jobs, *map(repr, saved))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(tmp_path_factory.mktemp("house"))


@pytest.fixture(autouse=True)
def nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Jobs are kept and not executed, and no model is looked for."""
    started: list[str] = []

    def keep(settings: Settings, job: str, shop: str, config: dict, requested_by: str) -> JobLaunch:
        started.append(shop)
        at = now_utc()
        launch = {"job_id": f"{job}_{at:%H%M%S%f}", "job": job, "shop": shop, "config": config}
        rest = {"requested_by": requested_by, "requested_at": at, "process": {}}
        return JobLaunch(**launch, **rest, run_id=None, cancelled_at=at)

    def promote(run: ShopRun, version: str, reason: str, who: str) -> dict[str, str]:
        started.append(run.shop)
        return {"at": "2024-01-01T00:00:00+00:00", "event": "promoted", "version": version, "reason": reason}

    monkeypatch.setattr(launching, "start_job", keep)
    monkeypatch.setattr(rollback, "promote_version", promote)
    yield started


def test_every_operation_is_declared():
    assert set(OPERATIONS) == set(METHODS), "declare the operation in builders/authorisation.py"


def test_what_the_document_says_is_open_is_what_needs_nothing():
    operations = [o for methods in DOCUMENT["paths"].values() for o in methods.values()]
    without = {o["operationId"] for o in operations if not o.get("security")}
    assert without == {name for name, declared in OPERATIONS.items() if declared.needs is Needs.NOTHING}


@pytest.mark.parametrize("name", OPERATIONS)
def test_without_a_valid_key_nothing_is_given_or_changed(house: House, name: str):
    operation, objects = OPERATIONS[name], objects_of(house.settings, house.customer)
    before = house.state()
    for caller in ("nobody", "wrong", "revoked", "expired"):
        answer = house.ask(caller, name, operation, objects)
        if operation.needs is Needs.NOTHING:
            assert answer.status_code == 200
            continue
        assert answer.status_code == 401, (caller, answer.text)
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["type"].endswith("/not-signed-in")
        assert house.customer not in answer.text
    assert house.state() == before


@pytest.mark.parametrize("name", OPERATIONS)
def test_another_shops_key_finds_nothing_and_changes_nothing(
    house: House, name: str, nothing_is_started: list[str]
):
    operation, objects = OPERATIONS[name], objects_of(house.settings, house.customer)
    before = house.state()
    answer = house.ask("other shop", name, operation, objects)
    assert house.customer not in answer.text
    assert house.state() == before
    assert nothing_is_started == []
    if operation.needs in (Needs.NOTHING, Needs.KEY):
        assert answer.status_code == 200
        assert f'"{SHOP}"' not in answer.text
    elif operation.needs is Needs.ADMIN:
        assert answer.status_code in (403, 404)
    else:
        assert answer.status_code == 404, answer.text
        assert answer.json()["type"].endswith("/not-found")


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_key_that_may_read_reads_and_changes_nothing(
    house: House, name: str, nothing_is_started: list[str]
):
    operation, objects = OPERATIONS[name], objects_of(house.settings, house.customer)
    before = house.state()
    answer = house.ask("reader", name, operation, objects)
    assert house.state() == before
    assert nothing_is_started == []
    if operation.needs in (Needs.CONTACTS, Needs.WRITE, Needs.ADMIN):
        assert answer.status_code == 403, answer.text
        assert answer.json()["type"].endswith("/not-allowed")
    else:
        assert answer.status_code not in (401, 403)
        assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("caller", ["writer", "admin"])
def test_those_who_may_are_let_through(house: House, caller: str, name: str, tmp_path: Path):
    operation = OPERATIONS[name]
    house = House(tmp_path) if name in DESTROYING else house
    answer = house.ask(caller, name, operation, objects_of(house.settings, house.customer))
    if operation.needs in (Needs.CONTACTS, Needs.ADMIN) and caller == "writer":
        assert answer.status_code == 403
        return
    assert answer.status_code not in (401, 403), answer.text
    assert answer.status_code < 500, answer.text
    if operation.needs is Needs.WRITE:
        assert answer.status_code < 300, answer.text


def test_a_shop_that_is_not_the_callers_reads_like_one_that_is_not_there(house: House):
    client = client_of(house.app, house.keys["other shop"])
    theirs, nobodys = (client.get(f"{PREFIX}/shops/{name}").json() for name in (SHOP, "nosuch"))
    assert theirs["detail"].replace(SHOP, "X") == nobodys["detail"].replace("nosuch", "X")
