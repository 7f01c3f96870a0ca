"""What-if: replayed orders give the features that the whole shop's SQL gives for a ledger with these
orders."""

import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import TableVersion, read_table, write_table
from churn_pipeline.features.catalogue import CATALOGUE
from churn_pipeline.features.snapshots import build_snapshots
from churn_pipeline.scoring.what_if.answer import what_if
from churn_pipeline.scoring.what_if.hypothetical import HypotheticalOrder, parse_feature, parse_order
from churn_pipeline.scoring.what_if.session import WhatIfSession, open_session
from churn_pipeline.scoring.what_if.what_if_file import MOST_QUESTIONS, read_questions, what_if_table
from churn_pipeline.training.models.churn_model import ChurnModel
from churn_pipeline_tests.builders.shop_runs import shop_run
from churn_pipeline_tests.builders.small_shop import CONFIG, END, HORIZON, Shop

pytestmark = pytest.mark.usefixtures("scores")
NOW = END.to_pydatetime()
OF_THE_SHOP = {f.name for f in CATALOGUE if f.family in ("purchase_model", "standing")}


@pytest.fixture(scope="module")
def session(shop: Shop, scores: pd.DataFrame, model: ChurnModel) -> WhatIfSession:
    return open_session(shop_run(shop.folder, CONFIG, HORIZON), model)


def test_replaying_nothing_gives_the_stored_features(shop: Shop, session: WhatIfSession) -> None:
    for position in (0, 7, 20):
        stored = shop.now.iloc[position]
        state = session.after(stored["customer_id"], (), NOW)
        assert state.features is not None
        expected = stored[shop.names].astype(float)
        np.testing.assert_allclose(state.features[shop.names], expected, rtol=2e-3, atol=1e-9)


def test_replayed_orders_equal_the_features_of_a_ledger_that_has_them(
    shop: Shop, session: WhatIfSession, tmp_path: Path
) -> None:
    customer = shop.now["customer_id"].iloc[5]
    order = HypotheticalOrder(NOW - timedelta(hours=5), 40.0)
    state = session.after(customer, (order,), NOW)
    ledger = read_table(shop.folder, "transactions")
    placed = {
        "customer_id": customer,
        "order_id": "new",
        "ts": order.at,
        "amount": 40.0,
        "product": None,
        "category": None,
    }
    row = pd.DataFrame(
        [{**placed, "quantity": 1.0, "discount": 0.0, "is_return": False, "upload_sha256": ""}]
    )
    write_table(
        tmp_path, "transactions", pd.concat([ledger, row], ignore_index=True), TableVersion("run", "data")
    )
    whole = (
        build_snapshots(ShopStore(tmp_path), [NOW], HORIZON, 2, labelled=False)
        .to_pandas()
        .set_index("customer_id")
        .loc[customer]
    )
    assert state.features is not None
    own = [name for name in shop.names if name not in OF_THE_SHOP]
    np.testing.assert_allclose(state.features[own], whole[own].astype(float), rtol=1e-9)
    shared = [name for name in shop.names if name in OF_THE_SHOP]
    np.testing.assert_allclose(state.features[shared], whole[shared].astype(float), rtol=0.05, atol=0.02)


def test_an_order_today_moves_everything_consistently(
    shop: Shop, scores: pd.DataFrame, session: WhatIfSession
) -> None:
    customer = (
        scores.sort_values("churn_probability").dropna(subset="churn_probability")["customer_id"].iloc[-1]
    )
    answer = what_if(session, customer, orders=[HypotheticalOrder(NOW, 40.0)])
    assert answer["change"] < -0.05
    assert answer["after"]["as_of"] == (NOW + timedelta(days=1)).isoformat()
    assert answer["after"]["orders"] == answer["before"]["orders"] + 1
    changed = answer["changed_features"]
    assert changed["days_since_last_purchase"][1] == pytest.approx(1.0)
    assert changed["total_purchase_count"][1] == changed["total_purchase_count"][0] + 1


def test_the_lapsed_become_eligible_by_an_order(
    shop: Shop, scores: pd.DataFrame, session: WhatIfSession
) -> None:
    customer = scores[(scores.status == "lapsed") & (scores.orders >= 2)]["customer_id"].iloc[0]
    answer = what_if(session, customer, orders=[HypotheticalOrder(NOW, 25.0)])
    assert answer["before"]["churn_probability"] is None
    assert answer["after"]["status"] == "eligible"
    assert 0 < answer["after"]["churn_probability"] < 1
    assert answer["change"] is None


def test_set_features_change_nothing_else(shop: Shop, session: WhatIfSession) -> None:
    customer = shop.now["customer_id"].iloc[2]
    answer = what_if(session, customer, features={"days_since_last_purchase": 0.5}, with_reasons=True)
    assert list(answer["changed_features"]) == ["days_since_last_purchase"]
    assert answer["after"]["top_risk_factors"]


def test_questions_that_cannot_be_answered(shop: Shop, scores: pd.DataFrame, session: WhatIfSession) -> None:
    customer, lapsed = (
        shop.now["customer_id"].iloc[2],
        scores[scores.status == "lapsed"]["customer_id"].iloc[0],
    )
    with pytest.raises(NotFound, match="no customer 'nobody'"):
        what_if(session, "nobody")
    with pytest.raises(BadInput, match="no feature 'colour'"):
        what_if(session, customer, features={"colour": 1.0})
    with pytest.raises(BadInput, match="above 0"):
        what_if(session, customer, orders=[HypotheticalOrder(NOW, 0.0)])
    with pytest.raises(BadInput, match="did you mean days_since_last_purchase"):
        what_if(session, customer, features={"days_since_last_purchas": 1.0})
    with pytest.raises(BadInput, match=r"lies in the past.*from 2024-12-30 on"):
        what_if(session, customer, orders=[HypotheticalOrder(NOW - timedelta(days=2), 20.0)])
    with pytest.raises(BadInput, match="is lapsed"):
        what_if(session, lapsed, features={"days_since_last_purchase": 1.0})


@pytest.mark.parametrize("text", ["2025-01-31", "31.01.2025:40", "2025-13-01:40", "2025-01-31:4.0.0"])
def test_orders_that_cannot_be_read(text: str) -> None:
    with pytest.raises(BadInput, match="DATE:AMOUNT"):
        parse_order(text)


def test_orders_and_features_as_text() -> None:
    assert parse_order("2025-01-31:40") == HypotheticalOrder(datetime(2025, 1, 31), 40.0)
    assert parse_order("2025-01-31T18:30:12.5") == HypotheticalOrder(datetime(2025, 1, 31, 18, 30), 12.5)
    assert parse_feature("orders=2") == ("orders", 2.0)
    with pytest.raises(BadInput, match="FEATURE=NUMBER"):
        parse_feature("orders=many")


def test_a_file_of_questions(shop: Shop, session: WhatIfSession) -> None:
    customer = shop.now["customer_id"].iloc[2]
    asked = pd.DataFrame(
        {
            "customer_id": [customer, customer],
            "order": ["2024-12-31:30;2025-01-02:20", None],
            "orders_last_30_days": [None, 3.0],
        }
    )
    answers = what_if_table(session, asked)
    assert len(answers) == 2
    assert answers["churn_probability_after"].between(0, 1).all()
    with pytest.raises(NotFound, match="Row 1"):
        what_if_table(session, pd.DataFrame({"customer_id": ["nobody"]}))


def test_customers_of_one_order_are_judged_by_their_next(
    scores: pd.DataFrame, session: WhatIfSession
) -> None:
    customer = scores[scores.orders == 1]["customer_id"].iloc[0]
    answer = what_if(
        session,
        customer,
        orders=[HypotheticalOrder(NOW + timedelta(days=3, hours=2), 25.0)],
        with_reasons=True,
    )
    assert (answer["before"]["churn_probability"], answer["after"]["status"]) == (None, "eligible")
    assert answer["after"]["as_of"] == (NOW + timedelta(days=4)).isoformat()
    assert answer["after"]["top_risk_factors"]


def test_a_file_as_people_write_it(shop: Shop, session: WhatIfSession, tmp_path: Path) -> None:
    customer = shop.now["customer_id"].iloc[2]
    file = tmp_path / "questions.csv"
    file.write_text(
        f"customer, orders_last_30_days, orders\n{customer}, 3,\n{customer},, 2025-01-02:20;2025-01-05:30\n"
    )
    answers = what_if_table(session, read_questions(file))
    assert answers["churn_probability_after"].notna().all()
    single = what_if(session, customer, orders=[parse_order("2025-01-02:20"), parse_order("2025-01-05:30")])
    assert answers["churn_probability_after"].iloc[1] == single["after"]["churn_probability"]
    file.write_text(f"customer,orders_last_30_days\n{customer},many\n")
    with pytest.raises(BadInput, match="Row 1 of the what-if file: 'orders_last_30_days=many'"):
        what_if_table(session, read_questions(file))
    file.write_bytes(b"")
    with pytest.raises(BadInput, match="not a CSV file of questions"):
        read_questions(file)
    file.write_text(f"customer_id;orders_last_30_days\n{customer};3\n", encoding="utf-16")
    assert read_questions(file).to_dict("list") == {"customer_id": [customer], "orders_last_30_days": ["3"]}
    file.write_text(f"customer,order,order\n{customer},,\n")
    with pytest.raises(BadInput, match="column 'order' is there twice"):
        read_questions(file)
    file.write_text("customer_id\n" + f"{customer}\n" * (MOST_QUESTIONS + 1))
    with pytest.raises(BadInput, match="asks 5001 questions: at most 5000"):
        read_questions(file)
    with pytest.raises(BadInput, match="no larger than"):
        parse_feature("orders_last_30_days=1e300")


def test_a_session_knows_when_the_shop_was_scored_again(
    shop: Shop, scores: pd.DataFrame, session: WhatIfSession
) -> None:
    assert session.is_current()
    write_table(shop.folder, "customer_scores", scores, TableVersion("next run", "data"))
    assert not session.is_current()
    write_table(shop.folder, "customer_scores", scores, TableVersion("run", "data"))


def test_answers_take_less_than_a_second(shop: Shop, session: WhatIfSession) -> None:
    """The target of 100 ms is measured by benchmarks/explain.py; this holds on any busy machine."""
    customer = shop.now["customer_id"].iloc[2]
    orders = [HypotheticalOrder(NOW, 40.0)]
    what_if(session, customer, orders=orders)
    started = time.perf_counter()
    what_if(session, customer, orders=orders)
    assert time.perf_counter() - started < 2


def test_before_is_the_stored_score_after_the_level_was_renewed(
    shop: Shop, scores: pd.DataFrame, model: ChurnModel
) -> None:
    """What is supposed is held against the score that is shown, not against the level of today."""
    customer = scores[scores.status == "eligible"].iloc[0]
    run = shop_run(shop.folder, CONFIG, HORIZON)
    moved = replace(model, calibrator=replace(model.calibrator, level=model.calibrator.level + 0.3))
    asked = what_if(open_session(run, moved), customer.customer_id)
    assert asked["before"]["churn_probability"] == pytest.approx(customer.churn_probability, abs=1e-9)
    other = replace(model, calibrator=replace(model.calibrator, slope=model.calibrator.slope * 1.5))
    asked = what_if(open_session(run, other), customer.customer_id)
    assert asked["before"]["churn_probability"] != pytest.approx(customer.churn_probability, abs=1e-6)
