"""A campaign from the order to its list: who is in, who is left out and why, what is said of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from churn_pipeline.campaigns.assignment.offers import campaign_offers
from churn_pipeline.campaigns.assignment.precision import expected_effect
from churn_pipeline.campaigns.campaign_order import CampaignOrder
from churn_pipeline.campaigns.creation import create_campaign, planned_campaign
from churn_pipeline.campaigns.customer_lists import add_do_not_contact
from churn_pipeline.campaigns.kept_campaigns import (
    campaign_key,
    campaign_members,
    campaign_summaries,
    kept_campaign,
    withdraw_campaign,
)
from churn_pipeline.core.documents.campaigns import CampaignPlan, CampaignSource
from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.wording import number
from churn_pipeline.reports.tables.campaign_list import campaign_list
from churn_pipeline.shop.run import ShopRun, open_shop
from churn_pipeline_tests.builders.scored_home import SCORED, copied_home

NOW = datetime(2025, 1, 2)
BEST = CampaignOrder(name="Spring sale!", source=CampaignSource(kind="best", id=None), control=0.25)


@pytest.fixture
def run(tmp_path: Path) -> ShopRun:
    return open_shop(copied_home(tmp_path), SCORED)


def made(run: ShopRun, order: CampaignOrder) -> tuple[CampaignPlan, pd.DataFrame]:
    plan = create_campaign(run, order, "test", NOW)
    return plan, campaign_members(run.store, plan.campaign_id)


def test_the_plan_counts_what_the_table_holds(run: ShopRun) -> None:
    plan, members = made(run, BEST)
    assert plan.campaign_id == "spring-sale" and kept_campaign(run.store, "spring-sale") == plan
    control = members["arm"] == "control"
    assert (plan.members, plan.control, plan.treated) == (len(members), control.sum(), (~control).sum())
    assert abs(plan.control - 0.25 * plan.members) <= 1
    assert plan.expected_profit == pytest.approx(members.loc[~control, "expected_profit"].sum())
    assert members.loc[~control, ["subject", "message", "offer", "expires_at"]].notna().all(axis=None)
    assert members.loc[control, ["subject", "message", "offer", "expires_at"]].isna().all(axis=None)
    assert plan.ends_at - plan.starts_at == timedelta(days=60) and plan.starts_at == plan.as_of
    assert "points of retention" in " ".join(plan.sentences)


def test_the_lot_is_the_same_in_another_home(run: ShopRun, tmp_path: Path) -> None:
    _, members = made(run, BEST)
    _, again = made(open_shop(copied_home(tmp_path / "other"), SCORED), BEST)
    _, reseeded = made(open_shop(copied_home(tmp_path / "third"), SCORED), replace(BEST, seed=7))
    assert members["arm"].tolist() == again["arm"].tolist()
    assert members["arm"].tolist() != reseeded["arm"].tolist()


def test_what_was_drawn_stays_and_the_name_is_taken(run: ShopRun) -> None:
    _, members = made(run, BEST)
    with pytest.raises(BadInput, match="what it drew stays"):
        create_campaign(run, BEST, "test", NOW)
    made(run, replace(BEST, name="autumn", starts_at=members["ends_at"].max().to_pydatetime()))
    pd.testing.assert_frame_equal(campaign_members(run.store, "spring-sale"), members)


def test_those_on_the_list_and_the_holdout_are_left_out_and_counted(run: ShopRun, tmp_path: Path) -> None:
    eligible = run.store.read("customer_scores").query("status == 'eligible'")["customer_id"].tolist()
    (tmp_path / "stop.csv").write_text("customer_id\n" + "\n".join([*eligible[:5], "stranger"]))
    said = add_do_not_contact(run, tmp_path / "stop.csv", NOW)
    assert (said.added, said.total, said.without_orders) == (6, 6, ["stranger"])
    plan, members = made(run, BEST)
    assert not set(eligible[:5]) & set(members["customer_id"])
    counts = {left.reason: left.customers for left in plan.left_out}
    assert counts["do_not_contact"] == 5 and plan.candidates == len(eligible)
    assert plan.left_out[0].sentence == "5 customers stand on the do-not-contact list."


def test_members_without_a_plan_are_of_a_creation_that_was_cut_off(run: ShopRun) -> None:
    plan, members = made(run, BEST)
    run.store.remove_document(f"campaigns/{plan.campaign_id}/plan")
    _, again = made(run, replace(BEST, name="Spring sale!"))
    pd.testing.assert_frame_equal(again, members)  # nobody was left out because of the first attempt
    assert len(campaign_members(run.store)) == len(members)


def test_a_name_in_another_script_gets_a_key() -> None:
    assert campaign_key("Весна") == campaign_key("Весна") != campaign_key("Осень")
    assert campaign_key("Весна").startswith("campaign-")
    with pytest.raises(BadInput, match="expected letters or digits"):
        campaign_key("!!!")


def test_a_campaign_is_withdrawn_until_its_outcome_begins_to_show(run: ShopRun) -> None:
    plan, members = made(run, BEST)
    with pytest.raises(BadInput, match="outcome begins to show"):
        withdraw_campaign(run.store, plan.campaign_id, "mia", NOW, plan.starts_at + timedelta(days=1))
    withdraw_campaign(run.store, plan.campaign_id, "mia", NOW, plan.starts_at)
    assert campaign_summaries(run.store) == [] and campaign_members(run.store).empty
    assert run.store.document(f"campaigns/{plan.campaign_id}/withdrawn")["withdrawn_by"] == "mia"
    with pytest.raises(NotFound):
        withdraw_campaign(run.store, plan.campaign_id, "mia", NOW, plan.starts_at)
    _, again = made(run, BEST)
    pd.testing.assert_frame_equal(again, members)  # no new lot is had by it


def test_the_expected_effect_is_that_of_the_offers_given() -> None:
    arms = pd.Series(["small", "small", "large", "control"])
    rates = {"small": 0.2, "large": 0.4}
    assert expected_effect(arms, pd.Series([0.5, 0.3, 0.6, 0.9]), rates) == pytest.approx(
        (0.5 * 0.2 + 0.3 * 0.2 + 0.6 * 0.4) / 3
    )
    assert expected_effect(arms[3:], pd.Series([0.9]), rates) == 0.0


def test_lapsed_customers_are_expected_to_come_back_as_their_own_rate_says(run: ShopRun) -> None:
    scores = run.store.read("customer_scores")
    lapsed = scores.loc[scores["status"] == "lapsed", "customer_id"].tolist()
    source = CampaignSource(kind="customers", id=None)
    plan, members = made(
        run, CampaignOrder("Come back", source, audience=lapsed, offers=("20",), control=0.3)
    )
    usual = next(a for a in campaign_offers(["20"], run.config, None))
    assert plan.arms[0].success_rate == pytest.approx(usual.lapsed_success_rate)
    assert usual.lapsed_success_rate < 0.5 * usual.campaign.success_rate
    contacted = members[members["arm"] != "control"]
    expected = 100 * float(contacted["churn_probability"].mean()) * usual.lapsed_success_rate
    assert f"expected are {number(expected, 1)}." in " ".join(plan.sentences)


def test_who_has_not_agreed_is_left_out_where_the_files_tell_it(run: ShopRun) -> None:
    eligible = run.store.read("customer_scores").query("status == 'eligible'")["customer_id"].tolist()
    contacts = pd.DataFrame({"customer_id": eligible, "email": "a@b.org", "consent": None})
    for column in ("name", "phone", "name_at", "email_at", "phone_at", "consent_at"):
        contacts[column] = pd.NaT if column.endswith("_at") else None
    run.store.write("contacts", contacts, "none said anything")
    everyone = {left.reason for left in planned_campaign(run, BEST, "test", NOW)[0].left_out}
    contacts["consent"] = ["given"] * (len(eligible) - 10) + ["refused"] * 4 + [None] * 6
    run.store.write("contacts", contacts, "some did")
    plan, members = made(run, BEST)
    counts = {left.reason: left.customers for left in plan.left_out}
    assert "no_consent" not in everyone and counts["no_consent"] == 10
    assert not set(eligible[-10:]) & set(members["customer_id"])
    assert "10 customers have not agreed to be contacted" in " ".join(plan.sentences)
    treated = members.loc[members["arm"] != "control", "customer_id"].tolist()
    contacts.loc[contacts["customer_id"] == treated[0], "consent"] = "refused"
    run.store.write("contacts", contacts, "one took it back")
    listed, stopped = campaign_list(run, plan.campaign_id)
    assert stopped == 1 and set(listed["customer_id"]) == set(treated[1:])


def test_controls_of_a_running_campaign_and_those_just_contacted_rest(run: ShopRun) -> None:
    half = run.store.read("customer_scores").query("status == 'eligible'")["customer_id"].tolist()[:50]
    first = replace(BEST, audience=half, source=CampaignSource(kind="audience", id="a"), offers=("10",))
    _, members = made(run, first)
    plan, second = made(run, replace(BEST, name="second"))
    assert not set(members["customer_id"]) & set(second["customer_id"])
    counts = {left.reason: left.customers for left in plan.left_out}
    assert counts["contacted_lately"] == (members["arm"] != "control").sum()
    assert counts["control_of_another"] == (members["arm"] == "control").sum()
    later = replace(BEST, name="third", starts_at=members["ends_at"].max().to_pydatetime())
    third = made(run, later)[0]
    assert third.sentences[-1].startswith("The scores are 60 days older than the start")
    reasons = {left.reason for left in third.left_out}
    assert reasons == {"held_out"}


def test_an_audience_is_taken_whole_whether_it_pays_or_not(run: ShopRun) -> None:
    scores = run.store.read("customer_scores")
    lapsed = scores.loc[scores["status"] == "lapsed", "customer_id"].tolist()[:40]
    order = replace(BEST, audience=lapsed, source=CampaignSource(kind="audience", id="a"), offers=("90",))
    plan, members = made(run, order)
    held = sum(left.customers for left in plan.left_out)
    assert len(members) == 40 - held and set(members["customer_id"]) <= set(lapsed)
    assert any("not expected to pay" in sentence for sentence in plan.sentences)


def test_a_capacity_names_its_offer_as_the_offer_is_named(run: ShopRun) -> None:
    for name in ("30", "30 %", "discount_30"):
        order = replace(BEST, name=f"by {name}", offers=("10", "30"), offer_capacities={name: 4})
        _, members = planned_campaign(run, order, "test", NOW)
        assert (members["arm"] == "discount_30").sum() <= 4
    with pytest.raises(BadInput, match="discount_30 is given twice"):
        planned_campaign(run, replace(order, offer_capacities={"30": 4, "discount_30": 5}), "test", NOW)


def test_budget_and_capacities_are_kept_and_priced(run: ShopRun) -> None:
    order = replace(BEST, offers=("10", "30"), budget=60.0, capacity=20)
    plan, _ = made(run, order)
    assert 0 < plan.expected_cost <= 60 and plan.treated <= 20
    prices = {price.of: price for price in plan.shadow_prices}
    assert set(prices) == {"budget", "capacity"}
    assert max(price.profit_per_unit for price in prices.values()) > 0
    assert any("budget would return" in price.sentence for price in prices.values())


def test_without_a_control_only_with_a_reason(run: ShopRun) -> None:
    plan, members = made(run, replace(BEST, control=None, no_control_reason="a recall of goods"))
    assert plan.control == 0 and (members["arm"] != "control").all()
    assert plan.smallest_visible_difference is None
    assert any("a recall of goods" in sentence for sentence in plan.sentences)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"offers": ("ten",)}, "expected a discount from 0 to 100"),
        ({"offers": ("1_0",)}, "expected a discount from 0 to 100"),
        ({"offers": ("\u0661\u0665",)}, "expected a discount from 0 to 100"),
        ({"offers": ("100.5",)}, "expected a discount from 0 to 100"),
        ({"offers": ("10", "10%")}, "given twice"),
        ({"control": 1.2}, "expected a share above 0"),
        ({"control": None, "no_control_reason": " "}, "Say why"),
        ({"precision": 0.04}, "either the control share, or the precision"),
        ({"starts_at": datetime(2020, 1, 1)}, "before the scores"),
        ({"budget": float("nan")}, "number above 0"),
        ({"capacity": 1}, "leaves nobody to compare with"),
        ({"budget": 0.01}, "contacts nobody: the cheapest contact is expected to cost"),
        ({"offer_capacities": {"phone": 3}}, "the campaign's offers are"),
        ({"name": "!!"}, "letters or digits"),
        ({"audience": ["nobody"]}, "Nobody of those named"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(run: ShopRun, changes: dict, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        create_campaign(run, replace(BEST, **changes), "test", NOW)
    assert campaign_summaries(run.store) == [] and not run.store.exists("campaign_members")


def test_keys_are_plain_and_unknown_ones_are_told_from_known(run: ShopRun) -> None:
    assert campaign_key("Übung: 20 % für Alle") == "ubung-20-fur-alle"
    made(run, BEST)
    for wrong in ("autumn", "../spring-sale", ""):
        with pytest.raises(NotFound, match="known: spring-sale"):
            kept_campaign(run.store, wrong)


def test_a_list_says_how_far_campaigns_are(run: ShopRun) -> None:
    made(run, BEST)
    [one] = campaign_summaries(run.store)
    assert (one.state, one.campaign_id) == ("to_start", "spring-sale")
    scores = run.store.read("customer_scores")
    run.store.write("customer_scores", scores.assign(as_of=scores["as_of"] + timedelta(days=61)), "later")
    assert campaign_summaries(run.store)[0].state == "ended"


def test_a_precision_that_no_list_of_this_size_has_is_said(run: ShopRun) -> None:
    plan, members = made(run, replace(BEST, control=None, precision=0.005))
    [said] = [sentence for sentence in plan.sentences if "would show in a list of" in sentence]
    assert said.startswith("Differences of 0.5 points") and said.endswith(f"this one has {len(members)}.")
    [one] = made(run, replace(BEST, name="two", audience=members["customer_id"].tolist()[:2],
                              starts_at=members["ends_at"].max().to_pydatetime()))[:1]  # fmt: skip
    assert one.sentences[0].startswith("1 customer is contacted (20 % discount: 1 customer)")
    assert "with so few no difference will show" in one.sentences[1]


def test_where_a_learner_is_in_use_the_best_list_follows_it(run: ShopRun) -> None:
    plan, before = planned_campaign(run, BEST, "test", NOW)
    dogs = set(before["customer_id"].head(5))
    ids = before["customer_id"]
    table = pd.DataFrame(
        {
            "customer_id": ids,
            "as_of": plan.as_of,
            "effect": [-0.2 if one in dogs else 0.3 for one in ids],
            "effect_low": -0.3,
            "effect_high": 0.4,
            "order_if_left_alone": 0.5,
            "profit_effect": 1.0,
            "group": "persuadable",
            "agreement": 0.9,
        }
    )
    run.store.write("customer_uplift", table, "run")
    nulls = ("learner", "learner_qini", "risk_qini", "ahead", "retention", "profit_ahead")
    facts = {"available": True, "campaigns": 1, "contacted": 400, "left_alone": 400, "kept_share": 0.35}
    empty = {"curve": [], "groups": [], "sentences": []}
    for used in (False, True):
        run.store.write_document("uplift", dict.fromkeys(nulls) | facts | empty | {"used": used})
        _, after = planned_campaign(run, BEST, "test", NOW)
        assert bool(dogs & set(after["customer_id"])) is not used
    assert (after["profit_of_a_save"] > 0).all()
    stays = after[after["customer_id"].isin(ids)]
    assert (stays["expected_profit"] < 0.5 * stays["profit_of_a_save"]).all()  # effect x save, less costs
