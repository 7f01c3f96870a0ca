"""Customers and orders by place, against the tables that they are made from."""

import json
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import TableVersion, write_table
from churn_pipeline.core.tables.insights import RECOMMENDED_ACTIONS
from churn_pipeline.service.customers.customer_file import STATES_KEPT, CustomerFile, current_file
from churn_pipeline.service.customers.rows_at_hand import ROWS_OF_A_BATCH
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import save_shop, shop_folder
from churn_pipeline.shop.orders import orders_sql
from churn_pipeline_tests.builders.insight_frames import Shop, shop_tables
from churn_pipeline_tests.builders.scored_home import SCORED, put_scores

CUSTOMERS = 3 * ROWS_OF_A_BATCH["shown"] + 7


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[CustomerFile, Shop]:
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    save_shop(settings, ShopConfig(name=SCORED))
    shop = shop_tables(CUSTOMERS)
    put_scores(settings, SCORED, shop)
    return current_file(settings, shop_folder(settings, SCORED)), shop


def orders_of(ledger: pd.DataFrame) -> pd.DataFrame:
    found = duckdb.sql(orders_sql("ledger")).df()
    return found.sort_values(["customer_id", "ordered_at", "order_key"], ascending=[True, False, True])


def test_every_customer_is_found_with_the_own_score_and_orders(many):
    file, shop = many
    rows, orders = file.at_hand(), orders_of(shop.ledger)
    assert len(orders) > 2 * ROWS_OF_A_BATCH["orders"]
    for score in shop.scores.itertuples():
        place = rows.place(score.customer_id)
        shown = json.loads(rows.shown([place["position"]])[0])
        assert (shown["customer_id"], shown["status"]) == (score.customer_id, score.status)
        wanted = orders[orders.customer_id == score.customer_id]
        found = rows.orders(place["orders_from"], place["orders"])
        assert [o["ordered_at"] for o in found] == [t.isoformat() for t in wanted.ordered_at]
        assert [o["order_id"] for o in found] == list(wanted.order_key)
        assert [o["amount"] for o in found] == pytest.approx([float(a) for a in wanted.order_value])


def test_positions_in_any_order_across_batches(many):
    file, _ = many
    positions = [CUSTOMERS - 1, 0, ROWS_OF_A_BATCH["shown"], ROWS_OF_A_BATCH["shown"] - 1, 0]
    with file.cursor() as cursor:
        ids = dict(cursor.execute("SELECT position, customer_id FROM customers").fetchall())
    shown = [json.loads(row)["customer_id"] for row in file.at_hand().shown(positions)]
    assert shown == [ids[position] for position in positions]


@pytest.mark.parametrize("name", ["", "\x00", "C", "~", "\U0010ffff", "0"])
def test_who_is_not_there_has_no_place(many, name: str):
    assert many[0].at_hand().place(name) is None


def test_what_is_no_number_is_null(tmp_path: Path):
    settings, shop = Settings(home=tmp_path), shop_tables(20)
    save_shop(settings, ShopConfig(name=SCORED))
    put_scores(settings, SCORED, shop)
    columns = {field.name: None for field in RECOMMENDED_ACTIONS.schema}
    texts = dict.fromkeys(("segment", "action", "subject", "message"), "x")
    days = dict.fromkeys(("last_purchase_date", "expires_at"), pd.Timestamp("2025-01-05"))
    numbers = {
        "customer_id": shop.scores.customer_id[0],
        "expected_profit": float("inf"),
        "discount_percent": 20.0,
    }
    actions = pd.DataFrame([columns | texts | days | numbers | {"products": []}])
    write_table(shop_folder(settings, SCORED), "recommended_actions", actions, TableVersion("run", "1"))
    rows = current_file(settings, shop_folder(settings, SCORED)).at_hand()
    position = rows.place(shop.scores.customer_id[0])["position"]
    action = rows.action(position)
    assert (action["expected_profit"], action["discount_percent"]) == (None, 20.0)
    assert (action["products"], action["expires_at"]) == ([], "2025-01-05T00:00:00")
    assert "customer_id" not in action
    assert rows.action((position + 1) % 20) is None


def test_files_of_states_that_are_no_longer_kept_are_gone(tmp_path: Path):
    settings, shop = Settings(home=tmp_path), shop_tables(20)
    save_shop(settings, ShopConfig(name=SCORED))
    for n in range(STATES_KEPT + 2):
        put_scores(settings, SCORED, shop, shop.scores.assign(orders=shop.scores.orders + n))
        file = current_file(settings, shop_folder(settings, SCORED))
    kept = {path.name.split(".")[0] for path in file.path.parent.glob("*.*") if path.name[0] != "."}
    assert len(kept) == STATES_KEPT
    assert file.path.stem in kept
