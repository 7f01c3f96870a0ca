"""All campaigns together against the customers held out of all of them."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.campaigns.assignment.lots import held_out
from churn_pipeline.campaigns.campaign_order import CampaignOrder
from churn_pipeline.campaigns.creation import create_campaign
from churn_pipeline.campaigns.kept_campaigns import campaign_members
from churn_pipeline.campaigns.measurement.campaign_results import data_end
from churn_pipeline.campaigns.measurement.program import campaign_program
from churn_pipeline.core.documents.campaigns import CampaignSource
from churn_pipeline.shop.directory import save_shop
from churn_pipeline.shop.run import ShopRun, open_shop
from churn_pipeline_tests.builders.known_campaigns import deliver_orders
from churn_pipeline_tests.builders.scored_home import SCORED, copied_home

ORDER = CampaignOrder(name="one", source=CampaignSource(kind="best", id=None), offers=("20",), control=0.3)
SHARE = 0.2


@pytest.fixture
def run(tmp_path: Path) -> ShopRun:
    settings = copied_home(tmp_path)
    config = open_shop(settings, SCORED).config
    save_shop(
        settings,
        config.model_copy(update={"campaigns": config.campaigns.model_copy(update={"holdout_share": SHARE})}),
    )
    return open_shop(settings, SCORED)


def program(run: ShopRun):
    return campaign_program(run, data_end(run))


def test_everybody_counts_contacted_or_not_and_contacts_are_paid(run: ShopRun) -> None:
    plan = create_campaign(run, ORDER, "test", datetime(2025, 1, 2))
    members = campaign_members(run.store)
    assert program(run).outcomes == [] and program(run).sentences == []
    ids = pd.DataFrame({"customer_id": sorted(run.store.read("customer_scores")["customer_id"])})
    held = held_out(SCORED, ids["customer_id"].tolist(), SHARE)
    assert not set(ids["customer_id"][held]) & set(members["customer_id"])
    orders = np.where(held, np.arange(len(ids)) % 4 == 0, np.arange(len(ids)) % 2 == 0).astype(int)
    deliver_orders(run, ids, orders, plan.starts_at + timedelta(days=9), amount=10.0)
    found = program(run)
    assert (found.customers, found.held_out) == ((~held).sum(), held.sum())
    assert found.since == plan.starts_at and found.until == plan.starts_at + timedelta(days=10)
    by_name = {one.outcome: one for one in found.outcomes}
    rate = by_name["retention"]
    assert rate.others == pytest.approx(orders[~held].mean())
    assert rate.held_out == pytest.approx(orders[held].mean())
    assert rate.low < rate.estimate == pytest.approx(rate.others - rate.held_out)
    revenue, profit = by_name["revenue"], by_name["profit"]
    contacts = members["contact_cost"].sum() / (~held).sum()
    assert revenue.estimate - profit.estimate == pytest.approx(
        contacts, rel=0.15
    )  # less the luck of the past
    assert "held out of all (20 %)" in found.sentences[0] and "contacts paid" in found.sentences[1]


def test_the_first_campaign_counts_from_its_start_and_nothing_is_said_without_a_holdout(run: ShopRun) -> None:
    first = create_campaign(run, ORDER, "test", datetime(2025, 1, 2))
    later = first.starts_at + timedelta(days=40)
    create_campaign(run, replace(ORDER, name="two", starts_at=later), "test", datetime(2025, 1, 3))
    members = campaign_members(run.store, "one")
    deliver_orders(run, members, np.ones(len(members), int), first.starts_at + timedelta(days=50), amount=5.0)
    assert program(run).since == first.starts_at
    rules = run.config.campaigns.model_copy(update={"holdout_share": 0.0})
    nobody = replace(run, config=run.config.model_copy(update={"campaigns": rules}))
    assert program(nobody).outcomes == []
