"""What came of a campaign whose customers' orders are known."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.campaigns.campaign_order import CampaignOrder
from churn_pipeline.campaigns.creation import create_campaign
from churn_pipeline.campaigns.kept_campaigns import campaign_members, campaign_summaries, keep_results
from churn_pipeline.campaigns.measurement.campaign_results import (
    campaign_results,
    shop_campaign_results,
    verdicts_in_words,
)
from churn_pipeline.campaigns.measurement.rates import StratumCounts, rate_difference
from churn_pipeline.campaigns.measurement.responses import Responses, told_responses
from churn_pipeline.core.documents.campaigns import ArmOutcome, CampaignPlan, CampaignResults, CampaignSource
from churn_pipeline.core.errors import BadInput
from churn_pipeline.shop.run import ShopRun, open_shop
from churn_pipeline_tests.builders.known_campaigns import deliver_orders
from churn_pipeline_tests.builders.scored_home import SCORED, copied_home

ORDER = CampaignOrder(name="spring", source=CampaignSource(kind="best", id=None), offers=("20",), control=0.3)


@pytest.fixture
def run(tmp_path: Path) -> ShopRun:
    return open_shop(copied_home(tmp_path), SCORED)


def made(run: ShopRun, order: CampaignOrder = ORDER) -> tuple[CampaignPlan, pd.DataFrame]:
    plan = create_campaign(run, order, "test", datetime(2025, 1, 2))
    return plan, campaign_members(run.store, plan.campaign_id)


def outcome(results: CampaignResults, name: str, arm: str = "discount_20") -> ArmOutcome:
    [found] = [o for o in results.outcomes if (o.arm, o.outcome, o.segment) == (arm, name, None)]
    return found


def test_a_finished_campaign_is_what_its_orders_say(run: ShopRun) -> None:
    plan, members = made(run)
    is_treated = (members["arm"] != "control").to_numpy()
    orders = np.where(is_treated, 2, np.arange(len(members)) % 3 == 0)
    deliver_orders(run, members, orders, plan.starts_at + timedelta(days=3), amount=10.0)
    deliver_orders(run, members[:1], np.array([1]), plan.ends_at, amount=10.0)  # after its time
    found = campaign_results(run, plan)
    assert found.complete and found.share_of_time == 1 and found.measured_at == plan.ends_at
    retention, stratum = outcome(found, "retention"), pd.factorize(members["stratum"], sort=True)[0]
    strata = [(stratum == s) for s in range(stratum.max() + 1)]
    counts = StratumCounts(
        np.array([(s & is_treated).sum() for s in strata]),
        np.array([(s & is_treated & (orders > 0)).sum() for s in strata]),
        np.array([(s & ~is_treated).sum() for s in strata]),
        np.array([(s & ~is_treated & (orders > 0)).sum() for s in strata]),
    )
    expected = rate_difference(counts)
    assert (retention.estimate, retention.low, retention.high) == (
        pytest.approx(expected.difference),
        pytest.approx(expected.low),
        pytest.approx(expected.high),
    )
    assert retention.treated == 1.0 and retention.verdict == "better"
    assert retention.always_low is not None and retention.low is not None
    assert retention.always_low < retention.low
    assert (retention.n_treated, retention.n_control) == (plan.treated, plan.control)
    spent, kept = outcome(found, "revenue"), outcome(found, "profit")
    assert spent.treated == pytest.approx(20, abs=2) and spent.verdict == "better"
    assert spent.estimate is not None and kept.estimate == pytest.approx(spent.estimate - 0.5)  # the contact
    assert outcome(found, "orders").treated == pytest.approx(2, abs=0.2)
    assert "of the contacted ordered" in found.sentences[0]
    assert outcome(found, "success_rate").estimate is None  # no treated customer churned


def test_the_share_saved_is_moved_to_the_usual_discount(run: ShopRun) -> None:
    plan, members = made(run, replace(ORDER, offers=("10",)))
    is_treated = (members["arm"] != "control").to_numpy()
    place = members.groupby("arm").cumcount().to_numpy()
    orders = np.where(is_treated, place % 2 > 0, place % 4 == 0).astype(int)
    deliver_orders(run, members, orders, plan.starts_at + timedelta(days=3), amount=10.0)
    deliver_orders(run, members[:1], np.array([1]), plan.ends_at, amount=10.0)
    found = campaign_results(run, plan)
    saved = outcome(found, "success_rate", "discount_10")
    usual = outcome(found, "success_rate_at_usual_discount", "discount_10")
    assert saved.estimate is not None and saved.estimate == pytest.approx(1 - 0.5 / 0.75, abs=0.12)
    # the standard catalogue: .20 at 10 % and .35 at 20 %
    assert usual.estimate == pytest.approx(saved.estimate * 0.35 / 0.20, rel=0.01)
    tiers = {o.segment: o for o in found.outcomes if o.segment}
    assert tiers and set(tiers) <= {"high_risk", "medium_risk", "low_risk"}
    sizes = members.groupby("segment")["arm"].apply(lambda arm: (arm != "control").sum())
    for segment, tier in tiers.items():
        assert tier.outcome == "success_rate" and tier.n_treated <= sizes[segment]
        assert tier.low is not None and tier.estimate is not None and tier.low < tier.estimate
    assert any(segment.replace("_", " ") in tiers[segment].sentence for segment in tiers)


def test_before_the_end_only_what_shows_through_the_wider_interval_counts(run: ShopRun) -> None:
    plan, members = made(run)
    assert {o.verdict for o in campaign_results(run, plan).outcomes} == {"too_early"}
    orders = (np.arange(len(members)) % 2).astype(int)
    deliver_orders(run, members, orders, plan.starts_at + timedelta(days=15), amount=10.0)
    found = campaign_results(run, plan)
    assert found.measured_at == plan.starts_at + timedelta(days=14) and not found.complete
    assert outcome(found, "retention").verdict == "too_early"
    assert found.sentences[0].startswith("Week 2 of 9")
    assert outcome(found, "success_rate").estimate is None


def test_a_finished_campaign_that_shows_nothing_is_too_small_and_says_what_would_do(run: ShopRun) -> None:
    plan, members = made(run)
    deliver_orders(run, members, np.arange(len(members)) % 2, plan.starts_at + timedelta(days=2), amount=5.0)
    deliver_orders(run, members[:1], np.array([1]), plan.ends_at, amount=5.0)
    found = campaign_results(run, plan)
    assert outcome(found, "retention").verdict == "too_small"
    assert found.customers_needed is not None and found.customers_needed > plan.members
    assert "would show it in four of five" in found.sentences[-1]


def test_several_offers_are_compared_together_and_each_with_controls_of_its_strata(run: ShopRun) -> None:
    plan, members = made(run, replace(ORDER, offers=("10", "30")))
    deliver_orders(run, members, np.ones(len(members), int), plan.starts_at + timedelta(days=2), amount=5.0)
    deliver_orders(run, members[:1], np.array([1]), plan.ends_at, amount=5.0)
    found = campaign_results(run, plan)
    together = outcome(found, "retention", "all")
    assert together.n_treated == plan.treated and together.n_control == plan.control
    for arm in ("discount_10", "discount_30"):
        own = outcome(found, "retention", arm)
        assert own.n_treated == (members["arm"] == arm).sum() and own.n_control <= plan.control
        strata = set(members.loc[members["arm"] == arm, "stratum"])
        assert own.n_control == ((members["arm"] == "control") & members["stratum"].isin(strata)).sum()


def test_the_groups_are_checked_and_a_leak_is_said(run: ShopRun) -> None:
    plan, members = made(run)
    used = pd.Series([*members["customer_id"][members["arm"] == "control"][:2], "stranger"])
    found = campaign_results(run, plan, Responses(used))
    assert found.sample_ratio.passed and found.sample_ratio.p_value == 1
    assert found.contamination is not None
    assert (found.contamination.control_responses, found.contamination.strangers) == (2, 1)
    keep_results(run.store, [found])
    assert campaign_results(run, plan).contamination == found.contamination
    control = members["arm"] == "control"
    run.store.write("campaign_members", members[~control | (np.arange(len(members)) % 2 > 0)], "erased")
    broken = campaign_results(run, plan).sample_ratio
    assert not broken.passed and "cannot be trusted" in broken.sentence


def test_a_use_outside_the_campaigns_time_is_no_leak(run: ShopRun, tmp_path: Path) -> None:
    plan, members = made(run)
    spared = members["customer_id"][members["arm"] == "control"].tolist()
    file = tmp_path / "used.csv"
    inside, before, after = plan.starts_at, plan.starts_at - timedelta(days=1), plan.ends_at
    days = zip(spared, (inside, before, after), strict=False)
    file.write_text("customer_id,date\n" + "".join(f"{one},{day:%Y-%m-%d}\n" for one, day in days))
    found = campaign_results(run, plan, told_responses(run, plan, file)).contamination
    assert found is not None and (found.control_responses, found.outside, found.rows_read) == (1, 2, 1)
    assert "2 rows tell of a day before its start" in found.sentence
    file.write_text(f"customer_id,date\n{spared[0]},banana\n")
    with pytest.raises(BadInput, match=r"used.csv, row 1, column date: 'banana' is no day"):
        told_responses(run, plan, file)


def test_without_a_control_nothing_is_said_of_the_effect(run: ShopRun) -> None:
    plan, _ = made(run, replace(ORDER, control=None, no_control_reason="a recall"))
    [only] = campaign_results(run, plan).outcomes
    assert only.verdict == "no_control" and "a recall" in only.sentence


def test_the_table_holds_every_campaign_and_is_empty_without_one(run: ShopRun) -> None:
    empty, none = shop_campaign_results(run)
    run.store.write("campaign_results", empty, "run")
    assert empty.empty and none == []
    plan, _ = made(run)
    table, documents = shop_campaign_results(run)
    run.store.write("campaign_results", table, "run")
    keep_results(run.store, documents)
    assert set(table["campaign_id"]) == {plan.campaign_id}
    assert table["outcome"].tolist() == ["retention", "orders", "revenue", "profit", "success_rate"]
    assert campaign_summaries(run.store)[0].verdict == "too_early"
    told = verdicts_in_words(documents)
    assert told[plan.campaign_id]["verdict"] == "too_early" and verdicts_in_words([]) == {}
    assert told[plan.campaign_id]["sentence"] == documents[0].outcomes[0].sentence


def test_a_second_campaign_before_the_end_is_said(run: ShopRun) -> None:
    plan, first = made(run)
    assert all("contacted again" not in said for said in campaign_results(run, plan).sentences)
    later = plan.starts_at + timedelta(days=31)
    again, second = made(run, replace(ORDER, name="summer", starts_at=later))
    treated = set(first.loc[first["arm"] != "control", "customer_id"])
    both = treated & set(second.loc[second["arm"] != "control", "customer_id"])
    assert both and not set(first["customer_id"]) - treated & set(second["customer_id"])
    said = campaign_results(run, plan).sentences[-1]
    assert said.startswith(f"{len(both)} of those contacted and 0 of those left alone were contacted again ")
    assert "(summer)" in said
    assert all("contacted again" not in told for told in campaign_results(run, again).sentences)
