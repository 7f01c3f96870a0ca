"""Campaigns over HTTP: planned, drawn once, listed, exported, measured; and whom none contacts."""

import io

import pandas as pd
import pytest

from churn_pipeline.access.keys import create_key
from churn_pipeline.access.rights import rights_of_key

SPRING = {"session_id": "tea", "name": "Spring", "best": True, "offers": ["10", "20"], "control": 0.25}


def test_a_preview_is_the_plan_and_keeps_nothing(client):
    planned = client.post("campaign-preview", json=SPRING)
    assert planned.status_code == 200, planned.text
    assert client.get("campaigns/tea").json() == []
    made = client.post("campaigns", json=SPRING)
    assert made.status_code == 201, made.text
    assert made.headers["location"] == "/api/v1/campaigns/tea/spring"
    moments = {"created_at": None}
    assert made.json() | moments == planned.json() | moments
    assert client.get("campaigns/tea/spring").json() == made.json()
    [listed] = client.get("campaigns/tea").json()
    assert (listed["campaign_id"], listed["treated"]) == ("spring", made.json()["treated"])


def test_the_same_key_draws_once_and_the_name_is_taken(client):
    key = {"Idempotency-Key": "monday"}
    first = client.post("campaigns", json=SPRING, headers=key)
    again = client.post("campaigns", json=SPRING, headers=key)
    assert again.json() == first.json() and again.status_code == 201
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(client.get("campaigns/tea").json()) == 1
    other = client.post("campaigns", json=SPRING)
    assert other.status_code == 422 and "take another name" in other.json()["detail"]


def test_members_come_in_pages_and_by_arm(client):
    plan = client.post("campaigns", json=SPRING).json()
    pages = [
        client.get("campaigns/tea/spring/members", params={"limit": 50, "offset": offset}).json()
        for offset in range(0, plan["members"], 50)
    ]
    rows = pd.DataFrame([member for page in pages for member in page["members"]])
    assert {page["total"] for page in pages} == {plan["members"]} == {rows["customer_id"].nunique()}
    counts = rows["arm"].value_counts().to_dict()
    assert counts == {arm["arm"]: arm["customers"] for arm in plan["arms"] if arm["customers"]}
    control = client.get("campaigns/tea/spring/members?arm=control&limit=1").json()
    assert control["total"] == plan["control"] and control["members"][0]["offer"] is None
    assert client.get("campaigns/tea/spring/members?arm=phone").status_code == 422
    assert client.get("campaigns/tea/autumn/members").status_code == 404


@pytest.mark.parametrize(("kind", "read"), [("csv", pd.read_csv), ("parquet", pd.read_parquet)])
def test_the_list_holds_the_treated_alone(client, kind, read):
    plan = client.post("campaigns", json=SPRING).json()
    answer = client.get(
        "campaigns/tea/spring/export", params={"format": kind}, headers={"Idempotency-Key": "x"}
    )
    assert answer.headers["content-disposition"].endswith(f'filename="tea-campaign.{kind}"')
    table = read(io.BytesIO(answer.content))
    assert len(table) == plan["treated"] and "control" not in set(table["arm"])


def test_results_say_it_in_words_and_responses_tell_who_used_it(client):
    client.post("campaigns", json=SPRING)
    found = client.get("campaigns/tea/spring/results").json()
    assert found["outcomes"][0]["verdict"] == "too_early" and found["contamination"] is None
    control = client.get("campaigns/tea/spring/members?arm=control&limit=2").json()["members"]
    file = "customer_id\n" + "\n".join(member["customer_id"] for member in control)
    told = client.post("campaigns/tea/spring/responses", files={"file": ("used.csv", file.encode())})
    assert told.status_code == 200, told.text
    assert told.json()["contamination"]["control_responses"] == 2
    assert told.json()["contamination"]["rows_read"] == 2
    assert client.get("campaigns/tea/spring/results").json() == told.json()
    empty = client.post("campaigns/tea/spring/responses", files={"file": ("used.csv", b"who\tx\n")})
    assert empty.status_code == 422


def test_responses_are_counted_and_need_a_column_of_customers(client):
    client.post("campaigns", json=SPRING)
    drawn = client.get("campaigns/tea/spring/members?limit=500").json()["members"]
    control = [member["customer_id"] for member in drawn if member["arm"] == "control"]
    treated = [member["customer_id"] for member in drawn if member["arm"] != "control"]
    lines = ["Customer-ID", *treated[:3], treated[0], control[0], "stranger"]
    file = ("used.csv", "\n".join(lines).encode())
    found = client.post("campaigns/tea/spring/responses", files={"file": file}).json()["contamination"]
    sentence = found.pop("sentence")
    assert found == {
        "rows_read": 6,
        "customers_matched": 4,
        "treated_responses": 3,
        "control_responses": 1,
        "strangers": 1,
        "outside": 0,
    }
    assert "1 row repeats a customer." in sentence
    file = ("used.csv", "\n".join(["foo", *treated[:3]]).encode())
    refused = client.post("campaigns/tea/spring/responses", files={"file": file})
    assert refused.status_code == 422
    assert refused.json()["detail"] == (
        "used.csv: expected a column customer_id or customer with the customers' ids; it has foo."
    )


def test_whom_no_campaign_contacts(client, scored):
    first, second = scored[1].scores.query("status == 'eligible'")["customer_id"].iloc[:2]
    said = client.post("do-not-contact", json={"session_id": "tea", "customer_ids": [first, "stranger"]})
    assert said.json() | {"sentences": []} == {
        **{"session_id": "tea", "given": 2, "added": 2, "removed": 0, "total": 2},
        **{"without_orders": ["stranger"], "sentences": []},
    }
    assert "'stranger'" in said.json()["sentences"][1]
    file = {"file": ("../stop.csv", f"customer_id\n{second}\n".encode())}
    assert client.post("do-not-contact/tea/file", files=file).status_code == 200
    listed = client.get("do-not-contact/tea").json()
    assert listed["total"] == 3 and {one["customer_id"] for one in listed["customers"]} >= {first, second}
    assert {one["source"] for one in listed["customers"]} == {"stop.csv", "told by local"}
    plan = client.post("campaign-preview", json=SPRING).json()
    assert {left["reason"]: left["customers"] for left in plan["left_out"]}["do_not_contact"] == 2
    off = client.delete(f"do-not-contact/tea/{first}")
    assert (off.status_code, off.json()["removed"], off.json()["total"]) == (200, 1, 2)
    again = client.delete(f"do-not-contact/tea/{first}")
    assert again.status_code == 404 and first in again.json()["detail"]
    plan = client.post("campaign-preview", json=SPRING).json()
    assert {left["reason"]: left["customers"] for left in plan["left_out"]}["do_not_contact"] == 1


def test_whom_it_is_for_is_said_once(client, scored):
    for changes in ({"best": False}, {"audience": "x"}, {"scenario": "top_50"}):
        answer = client.post("campaign-preview", json=SPRING | changes)
        assert answer.status_code == 422 and "once whom" in answer.json()["detail"]
    unknown = client.post("campaign-preview", json=SPRING | {"best": False, "audience": "x"})
    assert unknown.status_code == 404
    ids = scored[1].scores.query("status == 'eligible'")["customer_id"].iloc[:30].tolist()
    named = client.post("campaign-preview", json=SPRING | {"best": False, "customer_ids": ids})
    assert named.json()["source"] == {"kind": "customers", "id": None}
    assert named.json()["candidates"] == 30


@pytest.mark.parametrize(
    "changes",
    [
        {"control": 0},
        {"control": 1.0},
        {"budget": -1},
        {"capacity": 0},
        {"starts_on": "soon"},
        {"colour": "red"},
        {"name": ""},
        {"offers": ["much"]},
        {"no_control_reason": "none wanted"},
        {"starts_on": "2001-01-01"},
    ],
)
def test_campaigns_that_cannot_be(client, changes):
    answer = client.post("campaign-preview", json=SPRING | changes)
    assert answer.status_code == 422, answer.text
    assert "--" not in answer.json()["detail"]


def test_contact_details_need_their_right(client, scored):
    client.post("campaigns", json=SPRING)
    key = create_key(scored[0], "tool", rights_of_key(["tea"], True, False, False))[1]
    header = {"Authorization": f"Bearer {key}"}
    refused = client.get("campaigns/tea/spring/export", headers=header)
    assert refused.status_code == 403 and "contact details" in refused.json()["detail"]
    assert client.get("campaigns/tea/spring/members", headers=header).status_code == 200


def test_strangers_among_those_named_are_told(client, scored):
    known = scored[1].scores.query("status == 'eligible'")["customer_id"].iloc[:40].tolist()
    strangers = [f"stranger {n}" for n in range(7)]
    plan = {"session_id": "tea", "name": "few", "no_control_reason": "a small test"}
    answer = client.post("campaign-preview", json=plan | {"customer_ids": [*known, *strangers]})
    (left,) = [one for one in answer.json()["left_out"] if one["reason"] == "unknown"]
    assert left["customers"] == 7
    shown = ", ".join(repr(one) for one in strangers[:5])
    assert left["sentence"].startswith(
        f"7 customers of those named have no order in this shop ({shown}, ...)"
    )
    nobody = client.post("campaign-preview", json=plan | {"customer_ids": strangers[:1]})
    assert nobody.status_code == 422
    assert "1 customer of those named has no order in this shop ('stranger 0')" in nobody.json()["detail"]


def test_a_list_that_pays_for_nobody_says_what_stands_against_it(client):
    costly = {"session_id": "tea", "money": {"contact_cost": 100_000}}
    assert client.post("configure", json=costly).json()["status"] in ("configured", "refused")
    request = {"session_id": "tea", "name": "dear", "best": True, "capacity": 50, "offers": ["15"]}
    detail = client.post("campaign-preview", json=request).json()["detail"]
    assert "is expected to pay" in detail
    assert "The best contact, with discount_15, is expected to bring" in detail
    assert "The limits were a capacity of 50 contacts." in detail
