"""Campaigns of another program: kept as a history, of which no effect is claimed."""

from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from churn_pipeline.campaigns.campaign_order import CampaignOrder
from churn_pipeline.campaigns.contact_history import (
    NO_EFFECT,
    add_contact_history,
    contact_history,
    history_in_words,
)
from churn_pipeline.campaigns.creation import planned_campaign
from churn_pipeline.campaigns.measurement.campaign_results import shop_campaign_results
from churn_pipeline.core.documents.campaigns import CampaignSource
from churn_pipeline.core.errors import BadInput
from churn_pipeline.insights.money.measured_rates import measured_rate
from churn_pipeline.shop.run import ShopRun, open_shop
from churn_pipeline_tests.builders.scored_home import SCORED, copied_home

HEAD = "customer_id,campaign_id,kind,starts_on,ends_on,redeemed_on\n"


@pytest.fixture
def run(tmp_path: Path) -> ShopRun:
    return open_shop(copied_home(tmp_path), SCORED)


def given(run: ShopRun, folder: Path, text: str) -> list[str]:
    (folder / "history.csv").write_text(HEAD + text)
    return add_contact_history(run, folder / "history.csv")


def test_a_history_is_kept_and_told_without_an_effect(run: ShopRun, tmp_path: Path) -> None:
    sales = run.store.read("transactions")
    order = sales[sales["amount"] > 0].iloc[0]
    day = order["ts"].normalize()
    text = f"{order['customer_id']},1,B,{day:%Y-%m-%d},{day:%Y-%m-%d},{day:%Y-%m-%d}\n"
    said = given(run, tmp_path, text + "nobody,1,B,1999-01-01,1999-02-01,\n")
    assert said[0].startswith("1 campaign")
    assert "contacted 2 customers 2 times" in said[0] and "in 1 of these (50.0 %)" in said[0]
    assert said[1] == "50.0 % of those contacted ordered while the campaign ran." and said[-1] == NO_EFFECT
    assert "1 customer has no order in this shop, such as 'nobody'" in said[2]
    kept = contact_history(run.store).set_index("customer_id")
    assert kept.loc[str(order["customer_id"]), "ends_at"] == day + timedelta(days=1)  # its last day counts
    table, found = shop_campaign_results(run)
    assert table.empty and found == [] and measured_rate(run.store) is None
    again = given(
        run, tmp_path, "nobody,1,,1999-01-01,1999-02-01,\nnobody,1,,1999-01-01,1999-02-01,1999-01-09\n"
    )
    assert "contacted 1 customer 1 times; in 1 of these" in again[0]  # replaced; the first use counts
    assert history_in_words(run) == again


def test_who_was_contacted_lately_rests(run: ShopRun, tmp_path: Path) -> None:
    order = CampaignOrder("spring", CampaignSource(kind="best", id=None), offers=("20",), control=0.3)
    plan, members = planned_campaign(run, order, "test", datetime(2025, 1, 2))
    rested = members["customer_id"].head(3).tolist()
    near, long_ago = plan.starts_at - timedelta(days=5), plan.starts_at - timedelta(days=200)
    lines = [f"{one},mail,,{near:%Y-%m-%d},{near:%Y-%m-%d},\n" for one in rested]
    other = members["customer_id"].iloc[3]
    given(run, tmp_path, "".join(lines) + f"{other},old,,{long_ago:%Y-%m-%d},{long_ago:%Y-%m-%d},\n")
    plan, members = planned_campaign(run, order, "test", datetime(2025, 1, 2))
    assert not set(rested) & set(members["customer_id"]) and other in set(members["customer_id"])
    assert {left.reason: left.customers for left in plan.left_out}["contacted_lately"] == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("customer_id,campaign_id\nA,1\n", "expected a column starts_on"),
        (HEAD + "A,1,,2024-02-30,2024-03-01,\n", "row 1, column starts_on: '2024-02-30' is no day"),
        (HEAD + "A,1,,2024-02-01,,\n", "column ends_on: <NA> is no day"),
        (HEAD + "A,1,,2024-02-02,2024-02-01,\n", "row 1: the campaign ends before it starts"),
        (HEAD + "A,1,,2024-02-01,2024-02-02,soon\n", "column redeemed_on: 'soon' is no day"),
    ],
)
def test_a_file_of_another_form_is_refused_in_a_sentence(
    run: ShopRun, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "wrong.csv").write_text(text)
    with pytest.raises(BadInput, match=r"wrong\.csv") as refused:
        add_contact_history(run, tmp_path / "wrong.csv")
    assert said in str(refused.value)
    assert contact_history(run.store).empty and isinstance(contact_history(run.store), pd.DataFrame)
    assert history_in_words(run) == ["No campaigns of another program are known."]
