"""A web team's first afternoon: a file uploaded, configured, trained on in the background, read, exported; a
job cancelled, a customer and the shop erased."""

import time
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from churn_pipeline.api.app import create_app
from churn_pipeline.core.documents.results import Results
from churn_pipeline.core.settings import Settings
from churn_pipeline.runtime.environment import prepared
from churn_pipeline.service.answers import CustomerAnswer, CustomerPage
from churn_pipeline.shop.config import MODEL_KINDS
from churn_pipeline_tests.builders.commands import COLUMNS, raw_file
from churn_pipeline_tests.builders.ledgers import simulated_ledger

OVER = ("completed", "failed", "cancelled")
SHORT_SEARCH = {"models": ["logistic_regression"], "effort": "quick"}
LONG_SEARCH = {"session_id": "coffee", "models": list(MODEL_KINDS), "effort": "thorough"}
MAPPING = {"date" if field == "ts" else field: column for field, column in COLUMNS.items()}


@pytest.fixture(scope="module")
def api(tmp_path_factory) -> Iterator[TestClient]:
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    with (
        prepared(settings),
        TestClient(create_app(settings), "http://127.0.0.1:8000/api/v1", client=("127.0.0.1", 1)) as client,
    ):
        yield client


def follow(api: TestClient, job: str, until: tuple[str, ...] = OVER) -> list[dict]:
    """Every status of a job until it is over."""
    seen, end = [], time.monotonic() + 400
    while time.monotonic() < end:
        seen.append(api.get(f"train/status/{job}").json())
        if seen[-1]["status"] in until:
            return seen
        time.sleep(0.5)
    raise AssertionError(f"job {job} is not over: {seen[-1]}")


@pytest.fixture(scope="module")
def trained(api: TestClient, tmp_path_factory) -> list[dict]:
    """The statuses of the training of the shop `coffee`."""
    ledger = simulated_ledger(customers=400, days=400, seed=3)
    file = raw_file(tmp_path_factory.mktemp("delivered") / "coffee.csv", ledger)
    with file.open("rb") as content:
        upload = api.post("upload", files={"file": ("coffee.csv", content)}).json()
    configured = api.post(
        "configure",
        json={
            "upload_id": upload["upload_id"],
            "column_mapping": MAPPING,
            "churn_threshold_days": 45,
            "money": {"gross_margin": 0.5},
        }
        | SHORT_SEARCH,
    )
    assert configured.json()["status"] == "configured", configured.text
    started = api.post("train", json={"session_id": "coffee"}, headers={"Idempotency-Key": "first"})
    assert started.status_code == 202
    assert started.json()["status"] == "started"
    assert started.json()["estimated_time_seconds"] > 0
    assert started.headers["location"] == f"/api/v1/train/status/{started.json()['job_id']}"
    assert int(started.headers["retry-after"]) > 0
    again = api.post("train", json={"session_id": "coffee"}, headers={"Idempotency-Key": "first"})
    assert again.json() == started.json()
    other = api.post("train", json={"session_id": "tea"}, headers={"Idempotency-Key": "first"})
    assert (other.status_code, other.json()["type"]) == (409, "/api/v1/problems/idempotency-key-reused")
    second = api.post("train", json={"session_id": "coffee"})
    assert (second.status_code, second.json()["type"]) == (409, "/api/v1/problems/run-in-progress")
    return follow(api, started.json()["job_id"])


def test_the_training_is_followed_to_its_end(trained):
    last = trained[-1]
    assert last["status"] == "completed", last
    assert last["progress"] == 100
    assert [s["progress"] for s in trained] == sorted(s["progress"] for s in trained)
    assert {s["status"] for s in trained} <= {"pending", "in_progress", "completed"}
    assert last["steps_completed"][:2] == ["data_validated", "data_profiled"]
    assert "model_2_trained" in last["steps_completed"]
    assert (last["models_trained"], last["models_total"]) == (2, 2)
    assert last["requested_by"] == "local"


def test_the_results_are_those_of_the_specification(api, trained):
    answer = api.get("results/coffee")
    document = Results.model_validate(answer.json())
    assert document.summary.total_customers == sum(s.count for s in document.segments.values())
    assert document.run_id == trained[-1]["run_id"]
    unchanged = api.get("results/coffee", headers={"If-None-Match": answer.headers["etag"]})
    assert unchanged.status_code == 304
    partial = api.get("results/coffee/partial").json()
    assert (partial["in_progress"], partial["complete"]) == (False, True)
    assert partial["profile"]["quality"]["score"] > 0


def test_customers_what_if_and_exports(api, trained):
    page = CustomerPage.model_validate(api.get("predictions/coffee?status=eligible&limit=3").json())
    assert page.total == api.get("results/coffee").json()["summary"]["eligible_customers"]
    likeliest = page.customers[0]
    known = CustomerAnswer.model_validate(api.get(f"customers/coffee/{likeliest.customer_id}").json())
    assert known.churn_probability == likeliest.churn_probability
    assert len(api.get(f"earlier-scores/coffee/{likeliest.customer_id}").json()) == 1
    explanation = api.get(f"explanations/coffee/{likeliest.customer_id}").json()
    parts = sum(factor["impact"] for factor in explanation["factors"])
    base = explanation["base_probability"]
    assert base + parts == pytest.approx(explanation["churn_probability"], abs=1e-6)
    question = {"session_id": "coffee", "customer_id": likeliest.customer_id}
    order = {"at": known.as_of.isoformat(), "amount": 50}
    answer = api.post("what-if", json=question | {"orders": [order]}).json()
    assert answer["change"] < 0
    assert api.post("what-if", json=question | {"features": {"height": 2.0}}).status_code == 422
    asked = f"customer_id,order\n{likeliest.customer_id},{known.as_of:%Y-%m-%d}:50\n"
    (row,) = api.post("what-if/coffee/file", files={"file": ("q.csv", asked.encode())}).json()
    assert row["change"] == pytest.approx(answer["change"])
    for kind, magic in (("csv", b""), ("xlsx", b"PK"), ("parquet", b"PAR1")):
        exported = api.get("export/coffee", params={"format": kind})
        assert exported.status_code == 200
        assert exported.content.startswith(magic)


def test_the_file_is_in_the_ledger_and_the_settings_hold(api, trained):
    (upload,) = api.get("uploads/coffee").json()
    assert (upload["state"], upload["route"]) == ("in_ledger", "api")
    shop = api.get("shops/coffee").json()
    assert (shop["churn_threshold_days"], shop["stale"]) == (45, False)
    outputs = api.post("simulate", json={"session_id": "coffee", "scenario": {}}).json()
    assert "50 %" in " ".join(outputs["about"])


def test_the_model_is_looked_at(api, trained):
    models = api.get("models/coffee").json()
    assert (models["champion"], [v["alias"] for v in models["versions"]]) == ("1", ["champion"])
    held = api.get("calibration/coffee").json()
    assert sum(group["customers"] for group in held["groups"]) == held["customers"] > 0
    assert all(group["low"] <= group["observed"] <= group["high"] for group in held["groups"])
    moves = api.get("dependence/coffee/days_since_last_purchase").json()
    assert (moves["feature"], moves["unit"]) == ("days_since_last_purchase", "days")
    assert all(0 < point["churn_probability"] < 1 for point in moves["curve"])
    assert 0 < len(moves["customers"]) <= 500
    eligible = api.get("results/coffee").json()["summary"]["eligible_customers"]
    grouped = sum(group["customers"] for group in moves["groups"])
    assert grouped + moves["missing"] == eligible
    assert api.get("dependence/coffee/height").status_code == 404
    summary = api.get("shap-summary/coffee", params={"features": 3}).json()
    assert [len(f["customers"]) for f in summary["features"]] == [summary["customers"]] * 3
    assert all(0 <= point["rank"] <= 1 for point in summary["features"][0]["customers"] if point["rank"])
    for version, status in (("1", 422), ("99", 404)):
        refused = api.post("models/coffee/promote", json={"version": version, "reason": "a try"})
        assert refused.status_code == status, refused.text


def test_a_job_is_cancelled_and_the_results_stay(api, trained):
    before = api.get("results/coffee").json()["run_id"]
    assert api.post("configure", json=LONG_SEARCH).json()["status"] == "configured"
    job = api.post("train", json={"session_id": "coffee"}).json()["job_id"]
    assert follow(api, job, (*OVER, "in_progress"))[-1]["status"] == "in_progress"
    cancelled = api.post(f"jobs/{job}/cancel")
    assert cancelled.status_code == 200
    assert follow(api, job)[-1]["status"] == "cancelled"
    assert api.get("results/coffee").json()["run_id"] == before
    assert api.post(f"jobs/{job}/cancel").json()["status"] == "cancelled"
    newest = api.get("jobs", params={"session_id": "coffee"}).json()[0]
    assert (newest["job_id"], newest["status"]) == (job, "cancelled")
    assert (
        api.post("configure", json={"session_id": "coffee"} | SHORT_SEARCH).json()["status"] == "configured"
    )


def test_scoring_and_grading_are_jobs_too(api, trained):
    for kind in ("score", "grade"):
        job = api.post(kind, json={"session_id": "coffee"}).json()["job_id"]
        last = follow(api, job)[-1]
        assert last["status"] == "completed", last
    assert api.get("drift/coffee").json()["features"]
    anyone = api.get("predictions/coffee?limit=1").json()["customers"][0]["customer_id"]
    scorings = api.get(f"earlier-scores/coffee/{anyone}").json()
    assert len(api.get("grades/coffee").json()) == len(scorings) >= 2


def test_a_threshold_that_the_history_does_not_carry_is_refused(api, trained):
    answer = api.post("configure", json={"session_id": "coffee", "churn_threshold_days": 180}).json()
    assert answer["status"] == "refused"
    assert answer["validation_results"]["problems"]
    assert api.get("shops/coffee").json()["churn_threshold_days"] == 45


def test_a_job_that_fails_says_why_in_a_sentence(api, trained, tmp_path):
    settings: Settings = api.app.state.settings  # type: ignore[attr-defined]
    file = raw_file(tmp_path / "more.csv", simulated_ledger(customers=150, days=400, seed=4))
    upload = api.post(
        "upload", files={"file": ("more.csv", file.read_bytes())}, data={"shop": "coffee"}
    ).json()
    request = {"upload_id": upload["upload_id"], "column_mapping": MAPPING, "as_it_is": True}
    configured = api.post("configure", json=request)
    assert configured.json()["status"] == "configured", configured.text
    (settings.data_dir / "received" / "coffee" / upload["upload_id"] / "more.csv").unlink()
    last = follow(api, api.post("train", json={"session_id": "coffee"}).json()["job_id"])[-1]
    assert last["status"] == "failed"
    assert "more.csv" in last["error"]
    assert "Traceback" not in last["error"]


def test_a_customer_and_then_the_shop_are_erased(api, trained):
    settings: Settings = api.app.state.settings  # type: ignore[attr-defined]
    theirs = api.get("predictions/coffee?limit=1").json()["customers"][0]["customer_id"]
    receipt = api.delete(f"customers/coffee/{theirs}")
    assert receipt.status_code == 200, receipt.text
    assert api.get(f"customers/coffee/{theirs}").status_code == 404
    holding = [p for p in settings.home.rglob("*") if p.is_file() and theirs.encode() in p.read_bytes()]
    assert holding == []
    last = follow(api, api.post("score", json={"session_id": "coffee"}).json()["job_id"])[-1]
    assert last["status"] == "completed", last
    assert api.delete("shops/coffee").status_code == 200
    assert api.get("results/coffee").status_code == 404
    assert api.get("jobs").json() == []
    assert api.get("shops").json() == []
