"""What is delivered and kept: uploads, configurations, scenarios, audiences."""

import csv
import gzip
import io
import json
import zipfile

import pytest

from churn_pipeline.service.customers.filters import CustomerFilter
from churn_pipeline_tests.builders.commands import COLUMNS, raw_file
from churn_pipeline_tests.builders.ledgers import simulated_ledger

CAMPAIGN = {
    "target_count": 20,
    "cost_per_customer": 8,
    "success_rate": 0.35,
    "clv": 165,
    "assume_all_churn": True,
}


@pytest.fixture(scope="module")
def delivered(tmp_path_factory) -> bytes:
    ledger = simulated_ledger(customers=200, days=300, seed=3)
    return raw_file(tmp_path_factory.mktemp("delivered") / "sales.csv", ledger).read_bytes()


def send(client, content: bytes, name: str = "coffee.csv", **fields: str):
    return client.post("upload", files={"file": (name, content)}, data=fields)


def test_from_upload_to_configured(client, delivered):
    uploaded = send(client, delivered)
    assert uploaded.status_code == 200, uploaded.text
    answer = uploaded.json()
    assert {"upload_id", "filename", "rows", "columns", "preview", "detected_types"} <= set(answer)
    assert answer["filename"] == "coffee.csv"
    mapping = {"customer_id": COLUMNS["customer_id"], "date": COLUMNS["ts"], "amount": COLUMNS["amount"]}
    request = {"upload_id": answer["upload_id"], "column_mapping": mapping, "churn_threshold_days": 45}
    configured = client.post("configure", json=request).json()
    assert (configured["session_id"], configured["status"]) == ("coffee", "configured")
    checked = configured["validation_results"]
    assert checked["has_required_columns"]
    assert checked["min_records"]
    assert checked["min_customers"]
    assert 0 < checked["quality_score"] <= 10
    assert [u["state"] for u in client.get("uploads/coffee").json()] == ["received"]
    assert client.get("shops/coffee/definition?churn_threshold_days=60").json()["eligible"] > 0


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_packed_files_are_read(client, delivered, kind):
    if kind == "gzip":
        packed = gzip.compress(delivered)
    else:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("sales.csv", delivered)
        packed = buffer.getvalue()
    assert send(client, packed, "coffee.dat").json()["rows"] == delivered.count(b"\n") - 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n...", "PDF"),
        (b"PK\x03\x04 nonsense", "damaged"),
        (b"\x00\x01\x02" * 500, ""),
    ],
)
def test_files_that_cannot_be_read_are_refused_in_a_sentence(client, content, words):
    answer = send(client, content)
    assert answer.status_code == 422, answer.text
    assert words in answer.json()["detail"]
    assert client.get("uploads/coffee").status_code == 404  # nothing of it stays


@pytest.mark.parametrize("suffix", ["gz", "zip", "xlsx"])
def test_a_bomb_is_refused_before_it_is_unpacked(client, scored, suffix):
    scored[0].max_upload_mb = 1  # an archive may hold ten times as much
    zeros = b"0" * 1_000_000
    if suffix == "gz":
        bomb = gzip.compress(zeros * 30)
    else:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            if suffix == "xlsx":
                archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("xl/worksheets/sheet1.xml", zeros * 30)
        bomb = buffer.getvalue()
    assert len(bomb) < 200_000
    answer = send(client, bomb, f"coffee.{suffix}")
    assert answer.status_code == 422
    assert "unpacks to more than" in answer.json()["detail"]


@pytest.mark.parametrize("name", ["../../../etc/coffee.csv", "..\\..\\coffee.csv", "/coffee.csv"])
def test_no_name_leads_out_of_the_folder(client, scored, delivered, name):
    answer = send(client, delivered, name).json()
    assert (answer["filename"], answer["session_id"]) == ("coffee.csv", "coffee")
    kept = scored[0].data_dir / "received" / "coffee" / answer["upload_id"] / "coffee.csv"
    assert kept.read_bytes() == delivered


@pytest.mark.parametrize("shop", ["../tea", "Tea Shop", "", "x" * 80, "tea; DROP TABLE"])
def test_shop_names_that_cannot_be(client, delivered, shop):
    answer = send(client, delivered, shop=shop)
    assert answer.status_code in (200, 422)
    assert answer.status_code == 422 or answer.json()["session_id"] == "coffee"  # an empty field is none


def test_a_request_without_a_file(client):
    answer = client.post("upload", data={"shop": "tea"})
    assert (answer.status_code, answer.json()["type"]) == (422, "/api/v1/problems/invalid-request")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"upload_id": "0" * 64}, 404),
        ({"upload_id": "short"}, 422),
        ({}, 422),
        ({"session_id": "tea", "churn_threshold_days": 0}, 422),
        ({"session_id": "tea", "money": {"gross_margin": 7}}, 422),
        ({"session_id": "tea", "unheard_of": 1}, 422),
        ({"session_id": "nobody"}, 404),
        ({"upload_id": "0" * 64, "column_mapping": {"colour": "x"}}, 422),
    ],
)
def test_configurations_that_cannot_be(client, request_, status):
    assert client.post("configure", json=request_).status_code == status


def test_a_scenario_is_kept_listed_reopened_and_compared(client):
    made = client.post("simulate", json={"session_id": "tea", "scenario": CAMPAIGN, "name": "first"})
    first = made.json()
    assert (made.status_code, made.headers["location"]) == (
        200,
        f"/api/v1/scenarios/tea/{first['scenario_id']}",
    )
    assert first["outputs"]["total_cost"] == 160
    assert first["outputs"]["expected_saves"] == 7
    assert first["outputs"]["revenue_protected"] == 1155
    assert first["outputs"]["net_roi"] == 995
    second = client.post(
        "simulate", json={"session_id": "tea", "scenario": CAMPAIGN | {"success_rate": 0.1}}
    ).json()
    assert client.get(f"scenarios/tea/{first['scenario_id']}").json() == first
    listed = [s["scenario_id"] for s in client.get("scenarios/tea").json()]
    assert listed == [second["scenario_id"], first["scenario_id"]]
    compared = client.get("scenarios/tea/compare", params={"scenario_id": listed}).json()
    assert compared["best"] == first["scenario_id"]
    assert compared["differing_inputs"] == ["success_rate"]
    assert client.delete(f"scenarios/tea/{first['scenario_id']}").status_code == 204
    assert client.get(f"scenarios/tea/{first['scenario_id']}").status_code == 404


@pytest.mark.parametrize(
    ("scenario", "status"),
    [
        ({"discount_percent": 20, "cost_per_customer": 8}, 422),
        ({"success_rate": 1.5}, 422),
        ({"target_count": 0}, 422),
        ({"nonsense": 1}, 422),
        ({"discount_percent": "much"}, 422),
    ],
)
def test_scenarios_that_cannot_be(client, scenario, status):
    assert client.post("simulate", json={"session_id": "tea", "scenario": scenario}).status_code == status


def test_scenarios_of_no_shop_and_too_few_to_compare(client):
    assert client.post("simulate", json={"session_id": "nobody", "scenario": {}}).status_code == 404
    assert client.get("scenarios/tea/compare?scenario_id=scen_0").status_code == 422
    assert client.get("scenarios/tea/scen_0").status_code == 404


def test_an_audience_is_a_filter_with_a_name(client, scored):
    high = int((scored[1].scores.risk_tier == "high").sum())
    request = {"session_id": "tea", "name": "about to leave", "filters": {"risk_tier": ["high"]}}
    made = client.post("audiences", json=request)
    saved = made.json()
    assert (made.status_code, made.headers["location"]) == (
        201,
        f"/api/v1/audiences/tea/{saved['audience_id']}",
    )
    assert saved["customers"] == high
    assert CustomerFilter.model_validate(saved["filters"]) == CustomerFilter(risk_tier=["high"])
    assert client.get("audiences/tea").json() == [saved]
    assert client.get("audiences/tea/about to leave").json() == saved
    assert client.delete(f"audiences/tea/{saved['audience_id']}").status_code == 204
    assert client.get(f"audiences/tea/{saved['audience_id']}").status_code == 404
    assert client.post("audiences", json=request | {"filters": {"colour": "red"}}).status_code == 422
    assert client.post("audiences", json=request | {"session_id": "nobody"}).status_code == 404


def test_training_needs_a_shop_with_data(client):
    answer = client.post("train", json={"session_id": "nobody"})
    assert (answer.status_code, answer.json()["type"]) == (404, "/api/v1/problems/not-found")
    assert client.post("train", json={}).status_code == 422
    assert client.get("train/status/train_000000000000").status_code == 404
    assert client.post("jobs/nonsense/cancel").status_code == 404


@pytest.mark.parametrize(
    "body",
    [b"\xff\xfe{}", b"{", b"[" * 100_000, b'{"session_id": "tea", "scenario": {"clv": NaN}}', b'"\xc3\x28"'],
    ids=["no UTF-8", "cut off", "nested", "not a number", "broken UTF-8"],
)
def test_a_body_that_cannot_be_read_is_a_problem_like_others(client, body):
    answer = client.post("simulate", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (422, "/api/v1/problems/invalid-request")


@pytest.mark.parametrize(
    "filters",
    [
        {"ordered_from": 0},
        {"ordered_from": "0"},
        {"ordered_to": "2024-02-30"},
        {"min_probability": True},
        {"min_value": "5"},
        {"persona": ""},
        {"risk_tier": ["enormous"]},
    ],
)
def test_values_of_another_type_are_not_read_as_something_else(client, filters):
    request = {"session_id": "tea", "name": "odd", "filters": filters}
    answer = client.post("audiences", json=request)
    assert (answer.status_code, answer.json()["type"]) == (422, "/api/v1/problems/invalid-request")
    query = {name: str(value).lower() for name, value in filters.items() if name.startswith("ordered")}
    if query:
        assert client.get("predictions/tea", params=query).status_code == 422
    assert client.get("audiences/tea").json() == []


def test_an_audience_that_cannot_be_asked_is_not_kept(client):
    request = {"session_id": "tea", "name": "dreamers", "filters": {"persona": "the dreamer"}}
    answer = client.post("audiences", json=request)
    assert (answer.status_code, answer.json()["type"]) == (409, "/api/v1/problems/not-ready")
    assert client.get("audiences/tea").json() == []


def test_the_audit_log_is_shown_to_administrators(client):
    client.get("predictions/tea?limit=3")
    newest = client.get("audit?session_id=tea").json()[0]
    assert (newest["caller"], newest["action"], newest["customers"]) == ("local", "predictions", 3)
    assert newest["at"].endswith("Z")
    assert client.get("audit?session_id=coffee").json() == []


def configured(client, content: bytes, name: str = "coffee.csv", **more: object) -> dict:
    """What configuring a delivered file answers."""
    mapping = {"customer_id": COLUMNS["customer_id"], "date": COLUMNS["ts"], "amount": COLUMNS["amount"]}
    given = {"upload_id": send(client, content, name).json()["upload_id"], "column_mapping": mapping}
    return client.post("configure", json=given | more).json()


def test_rows_with_an_id_that_is_too_long_are_set_aside_and_counted(client, delivered):
    header, first, rest = delivered.split(b"\n", 2)
    cells = first.split(b",")
    cells[header.split(b",").index(COLUMNS["customer_id"].encode())] = b"C" * 300
    answer = configured(client, b"\n".join([header, b",".join(cells), rest]))
    assert answer["status"] == "configured"
    assert answer["validation_results"]["rows"] == delivered.count(b"\n") - 2
    (note,) = answer["validation_results"]["notes"]
    assert (
        "1 row has a customer id of more than 200 characters in 'customer' (up to 300, first in row 1)"
        in note
    )


def test_a_broken_line_of_json_is_told_and_set_aside(client, delivered):
    rows = list(csv.DictReader(io.StringIO(delivered.decode())))
    lines = "\n".join(json.dumps(row) for row in rows)[:-10].encode()
    said = f"1 line is no JSON object and is set aside ({len(rows):,})."
    assert send(client, lines, "coffee.jsonl").json()["warnings"] == [said]
    checked = configured(client, lines, "coffee.jsonl")["validation_results"]
    assert (checked["rows"], checked["notes"]) == (len(rows) - 1, [f"coffee.jsonl: {said}"])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("coffee.parquet", b"PAR1" + b"x" * 300),
        ("coffee.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600),
    ],
)
def test_a_broken_file_is_told_without_where_it_lies(client, scored, name, content):
    detail = send(client, content, name).json()["detail"]
    assert detail.startswith(f"{name} ")
    assert str(scored[0].home) not in detail
    assert "/" not in detail


def test_a_currency_has_to_be_one(client):
    answer = client.post("configure", json={"session_id": "tea", "currency": "EURO??"})
    assert answer.status_code == 422
    assert "did you mean EUR" in answer.json()["detail"]


def test_a_shop_between_configuration_and_training_says_what_is_next(client, delivered):
    configured(client, delivered)
    said = "Shop 'coffee' has delivered a file and has not been trained yet"
    for path in ("shops/coffee", "results/coffee", "predictions/coffee", "models/coffee"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["detail"][: len(said)]) == (404, said)
        assert "POST /train" in answer.json()["detail"]
    assert client.post("score", json={"session_id": "coffee"}).json()["detail"].startswith(said)
    assert client.get("shops/nosuch").json()["detail"].startswith("There is no shop 'nosuch'")
