"""A shop's models: another one in use, how the one in use held, and what moves it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from filelock import FileLock

from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.store import TableVersion, write_table
from churn_pipeline.runtime.locks import lock_path
from churn_pipeline.shop.directory import shop_folder
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.lifecycle import rollback

PROMOTION = {"version": "2", "reason": "the newer one was worse"}


@pytest.fixture
def promoted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str, str]]:
    """What the registry was asked for; it has the versions 1 and 2."""
    asked: list[tuple[str, str, str, str]] = []

    def promote(run: ShopRun, version: str, reason: str, who: str) -> dict[str, str]:
        if version not in "12":
            raise NotFound(f"There is no version {version}.")
        asked.append((run.shop, version, reason, who))
        note = {"at": "2024-01-01T00:00:00+00:00", "event": "promoted", "version": version, "replaced": "1"}
        return note | {"reason": reason, "by": "hand"}

    monkeypatch.setattr(rollback, "promote_version", promote)
    return asked


def test_another_version_is_taken_into_use(client, promoted):
    answer = client.post("models/tea/promote", json=PROMOTION)
    assert answer.status_code == 200, answer.text
    assert answer.json()["replaced"] == "1"
    assert promoted == [("tea", "2", PROMOTION["reason"], "local")]
    unknown = client.post("models/tea/promote", json=PROMOTION | {"version": "7"})
    assert (unknown.status_code, unknown.json()["type"]) == (404, "/api/v1/problems/not-found")


def test_not_while_a_run_works_for_the_shop(client, scored, promoted):
    with FileLock(lock_path(scored[0], "tea"), is_singleton=False):
        answer = client.post("models/tea/promote", json=PROMOTION)
    assert (answer.status_code, answer.json()["type"]) == (409, "/api/v1/problems/run-in-progress")
    assert promoted == []


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"version": "2"},
        {"version": "two", "reason": "x"},
        {"version": "2", "reason": ""},
        {"when": "now"},
    ],
)
def test_promotions_that_cannot_be(client, promoted, request_):
    assert client.post("models/tea/promote", json=request_).status_code == 422
    assert client.post("models/nobody/promote", json=PROMOTION).status_code == 404
    assert promoted == []


def test_a_shop_without_models(client):
    none = {"versions": [], "champion": None, "challenger": None, "history": []}
    assert client.get("models/tea").json() == none
    assert client.get("models/nobody").status_code == 404


def test_whether_probabilities_held(client, scored):
    put_test_predictions(shop_folder(scored[0], "tea"))
    answer = client.get("calibration/tea").json()
    assert (answer["test_cutoff"], answer["customers"], answer["observed"]) == ("2024-03-01", 100, 0.3)
    assert answer["expected"] == pytest.approx(0.3)
    assert [group["customers"] for group in answer["groups"]] == [10] * 10
    assert [group["observed"] for group in answer["groups"]] == [0.0] * 5 + [0.6] * 5
    assert answer["groups"][0]["expected"] == pytest.approx(0.1)
    assert client.get("calibration/nobody").status_code == 404


@pytest.mark.parametrize(
    "path", ["calibration/tea", "dependence/tea/days_since_last_purchase", "shap-summary/tea"]
)
def test_what_no_training_has_made_yet(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["type"]) == (404, "/api/v1/problems/not-found")


def put_test_predictions(folder: Path) -> None:
    """A hundred customers: half expected to churn with 10 %, and none did; half with 50 %, and 60 % did."""
    number = np.arange(100)
    table = pd.DataFrame(
        {
            "customer_id": [f"C{n}" for n in number],
            "cutoff": pd.Timestamp("2024-03-01"),
            "fold": 0,
            "p_hiatus": 0.3,
            "p_bg_nbd": 0.3,
            "p_champion": np.where(number < 50, 0.1, 0.5),
            "p_champion_unseen": 0.3,
            "churned": ((number >= 50) & (number % 5 < 3)).astype(np.int8),
        }
    )
    write_table(folder, "test_predictions", table, TableVersion("run", "1"))
