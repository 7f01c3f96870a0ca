"""What is read of a scored shop: pages, customers, results that are not there yet."""

import csv
import io

import pytest

from churn_pipeline.access.audit import list_accesses


def test_a_page_of_predictions(client, scored):
    _, shop = scored
    answer = client.get("predictions/tea", params={"risk_tier": "high", "limit": 5})
    page = answer.json()
    assert page["total"] == int((shop.scores.risk_tier == "high").sum())
    assert (page["page"], len(page["customers"])) == (1, 5)
    assert all(row["risk_tier"] == "high" for row in page["customers"])


def test_pages_follow_by_cursor(client):
    first = client.get("predictions/tea", params={"sort": "-clv", "limit": 7}).json()
    cursor = first["next_cursor"]
    second = client.get("predictions/tea", params={"sort": "-clv", "limit": 7, "cursor": cursor}).json()
    assert second["page"] == 2
    both = [row["clv"] for row in (*first["customers"], *second["customers"])]
    assert both == sorted(both, reverse=True)


def test_what_is_unchanged_is_not_sent_again(client):
    for path in ("predictions/tea", "predictions/tea?sort=clv"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    tag = first.headers["etag"]
    for known in (tag, tag.removeprefix("W/"), f'"a,b", {tag}', "*"):
        again = client.get("predictions/tea?sort=clv", headers={"If-None-Match": known})
        assert again.status_code == 304
        assert again.headers["etag"] == tag
        assert again.headers["vary"] == first.headers["vary"] == "Accept-Encoding"
    other = client.get("predictions/tea?sort=-clv", headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("risk_tier=dreadful", 422),
        ("sort=nonsense", 422),
        ("sort=--clv", 422),
        ("sort=-", 422),
        ("min_value=5&max_value=4", 422),
        ("min_probability=.5&max_probability=.4", 422),
        ("ordered_from=2024-02-01&ordered_to=2024-01-31", 422),
        ("cursor=nonsense", 422),
        ("limit=100000", 422),
        ("offset=-1", 422),
        ("min_value=nan", 422),
        ("text=" + "x" * 200, 422),
    ],
)
def test_questions_that_cannot_be_answered(client, query, status):
    assert client.get(f"predictions/tea?{query}").status_code == status


def test_a_filter_as_a_file(client, scored):
    answer = client.get("predictions/tea/file", params={"status": "lapsed", "format": "csv"})
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(lines) == int((scored[1].scores.status == "lapsed").sum())
    assert "attachment" in answer.headers["content-disposition"]
    assert client.get("predictions/tea/file?format=pdf").status_code == 422


def test_a_customer(client, scored):
    known = scored[1].scores.iloc[0]
    found = client.get(f"customers/tea/{known.customer_id}").json()
    assert found["customer_id"] == known.customer_id
    assert found["orders"] == known.orders == len(found["history"])
    assert found["first_order_at"] == found["history"][-1]["ordered_at"]
    assert client.get("customers/tea/nobody").status_code == 404
    assert client.get("customers/shoes/nobody").status_code == 404


@pytest.mark.parametrize(
    "path", ["results/tea", "drift/tea", "earlier-scores/tea/x", "export/tea?what=targets"]
)
def test_what_no_run_has_made_yet(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["detail"]


def test_partial_results_and_the_definition(client):
    partial = client.get("results/tea/partial").json()
    assert (partial["in_progress"], partial["complete"]) == (False, False)
    assert (partial["churn_definition"]["horizon"], partial["churn_definition"]["suggested"]) == (60, 60)
    row = client.get("shops/tea/definition", params={"churn_threshold_days": 45}).json()
    assert row["horizon"] == 45
    assert 0 < row["churn_rate"] < 1


def test_shops(client):
    (shop,) = client.get("shops").json()
    assert (shop["session_id"], shop["currency"], shop["churn_threshold_days"]) == ("tea", "EUR", 60)
    assert client.get("shops/tea").json() == shop


def test_an_export_is_a_file_and_nothing_of_it_stays(client, scored):
    settings, shop = scored
    answer = client.get("export/tea", params={"format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="tea-scores.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == len(shop.scores)
    assert list((settings.cache_dir / "exports").iterdir()) == []
    assert client.get("export/tea", params={"format": "csv", "what": "secrets"}).status_code == 422
    assert client.get("export/tea", params={"format": "exe"}).status_code == 422


def test_who_was_given_which_customers_is_noted(client, scored):
    settings, shop = scored
    customer_id = shop.scores.customer_id.iloc[0]
    client.get("predictions/tea?limit=3")
    client.get(f"customers/tea/{customer_id}", headers={"X-Request-ID": "request-1234"})
    newest, before = list_accesses(settings)[:2]
    assert (newest.action, newest.customer_id, newest.request_id) == ("customer", customer_id, "request-1234")
    assert (before.action, before.customers) == ("predictions", 3)
