"""Pages of customers: filtered, sorted, and stable while a run replaces the tables."""

import base64
import json
from itertools import pairwise

import pandas as pd
import pytest

from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.service.callers import LOCAL, Caller
from churn_pipeline.service.customers.customer_file import STATES_KEPT
from churn_pipeline.service.customers.filters import CustomerFilter
from churn_pipeline.service.customers.pages import Page, customer_page
from churn_pipeline.service.errors import Outdated
from churn_pipeline_tests.builders.scored_home import SCORED, put_scores

ALL = CustomerFilter()


def rows(page: Page) -> list[dict]:
    return json.loads(page.to_json())["customers"]


def ids(page: Page) -> list[str]:
    return [row["customer_id"] for row in rows(page)]


def test_a_page_has_the_keys_of_the_specification_and_the_likeliest_first(scored):
    settings, shop = scored
    page = customer_page(settings, LOCAL, SCORED, ALL, limit=10)
    assert page.total == len(shop.scores)
    first = rows(page)[0]
    assert {
        "customer_id",
        "churn_probability",
        "risk_tier",
        "clv",
        "days_since_purchase",
        "top_risk_factors",
    } <= set(first)
    known = shop.scores.sort_values(["churn_probability", "clv"], ascending=False).customer_id
    assert ids(page) == known.head(10).tolist()
    assert {"factor", "impact"} <= set(first["top_risk_factors"][0])
    assert first["last_order_at"].count("T") == 1


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ({"risk_tier": ["high"]}, lambda s: s.risk_tier == "high"),
        ({"status": ["lapsed", "new"]}, lambda s: s.status.isin(["lapsed", "new"])),
        ({"min_value": 50, "max_value": 200}, lambda s: s.clv.between(50, 200)),
        ({"min_probability": 0.3, "max_probability": 0.6}, lambda s: s.churn_probability.between(0.3, 0.6)),
        ({"text": "1"}, lambda s: s.customer_id.str.contains("1")),
        ({"text": "' OR 1=1 --"}, lambda s: s.customer_id == ""),
        (
            {"ordered_from": "2024-06-01", "ordered_to": "2024-10-31"},
            lambda s: s.last_order_at.between("2024-06-01", "2024-10-31 23:59:59"),
        ),
    ],
)
def test_filters(scored, wanted, fits):
    settings, shop = scored
    page = customer_page(settings, LOCAL, SCORED, CustomerFilter.model_validate(wanted), limit=1000)
    expected = shop.scores[fits(shop.scores)]
    assert page.total == len(expected)
    assert set(ids(page)) == set(expected.customer_id)


@pytest.mark.parametrize(
    "sort", ["clv", "-clv", "last_order_at", "-days_since_purchase", "churn_probability"]
)
def test_sorted_by_any_column_with_the_missing_last(scored, sort):
    settings, _ = scored
    found = rows(customer_page(settings, LOCAL, SCORED, ALL, sort, limit=1000))
    values = [row[sort.lstrip("-")] for row in found]
    present = [v for v in values if v is not None]
    assert values[: len(present)] == sorted(present, reverse=sort.startswith("-"))


@pytest.mark.parametrize("sort", ["nonsense", "top_risk_factors", "clv; DROP TABLE customers", "position"])
def test_what_cannot_be_sorted_by(scored, sort):
    with pytest.raises(BadInput, match="Expected one of"):
        customer_page(scored[0], LOCAL, SCORED, ALL, sort)


@pytest.mark.parametrize(("wanted", "sort"), [(ALL, None), (CustomerFilter(min_value=20), "-clv")])
def test_a_cursor_goes_through_the_list_as_it_was_while_a_run_renews_it(scored, wanted, sort):
    settings, shop = scored
    page = customer_page(settings, LOCAL, SCORED, wanted, sort, limit=70)
    before = ids(customer_page(settings, LOCAL, SCORED, wanted, sort, limit=1000))
    seen = ids(page)
    renewed = shop.scores.assign(clv=shop.scores.clv.to_numpy()[::-1])
    put_scores(settings, SCORED, shop, renewed)
    while page.cursor:
        page = customer_page(settings, LOCAL, SCORED, wanted, sort, limit=70, cursor=page.cursor)
        seen += ids(page)
    assert seen == before
    assert ids(customer_page(settings, LOCAL, SCORED, wanted, sort, limit=1000)) != before


def test_offsets_and_cursors_agree(scored):
    settings, _ = scored
    pages = [customer_page(settings, LOCAL, SCORED, ALL, limit=40, offset=o) for o in range(0, 200, 40)]
    for page, following in pairwise(pages):
        again = customer_page(settings, LOCAL, SCORED, ALL, limit=40, cursor=page.cursor)
        assert (ids(again), again.page) == (ids(following), following.page)


def test_cursors_that_are_not_ours_or_of_another_list(scored):
    settings, _ = scored
    cursor = customer_page(settings, LOCAL, SCORED, ALL, limit=5).cursor
    for wrong in ("nonsense", "AAAA", "é", "W10"):
        with pytest.raises(BadInput, match="not one that was given"):
            customer_page(settings, LOCAL, SCORED, ALL, cursor=wrong)
    with pytest.raises(BadInput, match="another list"):
        customer_page(settings, LOCAL, SCORED, ALL, "clv", cursor=cursor)


def test_a_list_that_is_no_longer_kept(scored):
    settings, shop = scored
    cursor = customer_page(settings, LOCAL, SCORED, ALL, limit=5).cursor
    for n in range(STATES_KEPT + 1):
        put_scores(settings, SCORED, shop, shop.scores.assign(orders=shop.scores.orders + n + 1))
        customer_page(settings, LOCAL, SCORED, ALL, limit=5)
    with pytest.raises(Outdated):
        customer_page(settings, LOCAL, SCORED, ALL, limit=5, cursor=cursor)


def test_a_shop_of_someone_else_and_one_without_scores(scored):
    settings, _ = scored
    with pytest.raises(NotFound, match="There is no shop"):
        customer_page(settings, Caller("x", frozenset({"shoes"})), SCORED, ALL)
    (settings.shops_dir / SCORED / "customer_scores.parquet").unlink()
    with pytest.raises(NotFound, match="no scores yet"):
        customer_page(settings, LOCAL, SCORED, ALL)


def test_missing_values_are_null(scored):
    settings, shop = scored
    put_scores(settings, SCORED, shop, shop.scores.assign(churn_probability=pd.NA))
    found = rows(customer_page(settings, LOCAL, SCORED, ALL, limit=1000))
    assert {row["churn_probability"] for row in found} == {None}


@pytest.mark.parametrize("offset", [2**63, -1, 1.5, 1000.0, True, "5", None])
def test_a_cursor_whose_place_was_made_up(scored, offset):
    settings, _ = scored
    given = customer_page(settings, LOCAL, SCORED, ALL, limit=5).cursor
    version, _, of = json.loads(base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)))
    made_up = base64.urlsafe_b64encode(json.dumps([version, offset, of]).encode()).decode().rstrip("=")
    with pytest.raises(BadInput, match="not one that was given"):
        customer_page(settings, LOCAL, SCORED, ALL, limit=5, cursor=made_up)
