"""Three campaigns through the real commands in a shop whose effects are known: what is measured holds the
truth, the recommended list earns more than one by risk, and the next model knows what churn is without
campaigns, which one that knows of no campaign does not. With -s the figures of docs/CAMPAIGNS.md."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.campaigns.uplift.learned_profit import kept_uplift
from churn_pipeline.core.settings import Settings
from churn_pipeline.insights.money.measured_rates import MeasuredRate, measured_rate
from churn_pipeline.monitoring.grades.degradation import degraded_grades
from churn_pipeline.samples.known_effects import Contact, Effects, KnownShop, known_shop
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import save_shop
from churn_pipeline.shop.run import ShopRun, open_shop
from churn_pipeline.training.lifecycle.registry import registered_champion
from churn_pipeline.training.models.churn_model import churn_probability
from churn_pipeline_tests.builders.commands import Churn
from churn_pipeline_tests.builders.effect_shops import BEHAVIOUR
from churn_pipeline_tests.builders.loaded_commands import loaded_commands

pytestmark = pytest.mark.slow

SHOP, DAYS, DEPTH, TURNS = "known", 45, 20.0, 3
PAST = 420
FIRST = 200
MAPS = [f"--map={name}={name}" for name in ("customer_id", "order_id", "date", "amount", "discount")]


@dataclass(frozen=True)
class Turn:
    """found: retention of all offers as `churn campaign results` tells it; truth: of the same customers.

    rate: pooled over the campaigns so far; kept: the true share of would-be churners kept in them all."""

    found: dict[str, Any]
    truth: float
    rate: MeasuredRate | None
    kept: float


@dataclass(frozen=True)
class Told:
    """What three campaigns left: aware: the home they ran in; untreated: one that ran none; naive: one with
    the same orders that knows of no campaign."""

    shop: KnownShop
    earned: dict[str, float]
    turns: list[Turn]
    aware: ShopRun
    untreated: ShopRun
    naive: ShopRun
    uplift: dict[str, Any]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    behaviour = replace(BEHAVIOUR, customers=6000, days=PAST + TURNS * DAYS)
    effects = Effects(top=0.95, saturation=10.0, driven_away=0.15)
    shop = known_shop(behaviour, effects, seed=5, shares=(0.6, 0.15, 0.15, 0.1))
    home = tmp_path_factory.mktemp("aware")
    run, contacts, turns, changed = opened(home), list[Contact](), list[Turn](), np.zeros(2)
    start = shop.data_end - timedelta(days=TURNS * DAYS)
    with loaded_commands(home) as churn:
        delivered(churn, "run", home, shop, start - timedelta(days=PAST), start, contacts)
        earned = true_profit_of_lists(shop, run, start)
        for number in range(1, TURNS + 1):
            members = drawn(churn, run, number, start)
            ids = members["customer_id"].tolist()
            effect = shop.retention_effect(ids, DEPTH, start, DAYS, contacts)
            alone = bought(shop, ids, start, contacts)
            contacts.append(contacted(members, start, number))
            until = start + timedelta(days=DAYS)
            command = "run" if number == TURNS else "ingest"  # the last delivery trains the next model
            delivered(churn, command, home, shop, start, until, contacts)
            if number < TURNS:
                assert churn("score", "--shop", SHOP).code == 0
            asked = ("--shop", SHOP, "--campaign", f"turn-{number}", "--json")
            results = json.loads(churn("campaign", "results", *asked).out)
            [found] = [o for o in results["outcomes"] if o["outcome"] == "retention"][:1]
            changed += [effect.sum(), (~alone).sum()]
            kept = changed[0] / changed[1]
            turns.append(Turn(found, float(effect.mean()), measured_rate(run.store), kept))
            start = until
        assert churn("grade", "--shop", SHOP).code == 0
    homes = {}
    for name, ran in (("untreated", []), ("naive", contacts)):
        other = tmp_path_factory.mktemp(name)
        homes[name] = opened(other)
        with loaded_commands(other) as churn:
            delivered(churn, "run", other, shop, start - timedelta(days=PAST + TURNS * DAYS), start, ran)
    return Told(shop, earned, turns, run, homes["untreated"], homes["naive"], results["uplift"])


def opened(home: Path) -> ShopRun:
    """A shop with a quick training of one kind."""
    settings = Settings(home=home, threads=1)
    save_shop(settings, ShopConfig(name=SHOP, horizon=DAYS, effort="quick", models=("logistic_regression",)))
    return open_shop(settings, SHOP)


def delivered(
    churn: Churn,
    command: str,
    home: Path,
    shop: KnownShop,
    since: datetime,
    until: datetime,
    contacts: list[Contact],
) -> None:
    path = home / f"until {until:%Y-%m-%d}.csv"
    shop.rows(since, until, contacts).to_csv(path, index=False)
    done = churn(command, path, "--shop", SHOP, *MAPS)
    assert done.code == 0, done.err


def drawn(churn: Churn, run: ShopRun, number: int, start: datetime) -> pd.DataFrame:
    """Members of a campaign by `churn campaign create`."""
    how = ("--best", "--offer", f"{DEPTH:g}", "--control", "0.35", "--start", f"{start:%Y-%m-%d}")
    done = churn("campaign", "create", "--shop", SHOP, "--name", f"Turn {number}", *how, "--json")
    assert done.code == 0, done.err
    members = run.store.read("campaign_members")
    return members[members["campaign_id"] == json.loads(done.out)["campaign_id"]]


def contacted(members: pd.DataFrame, start: datetime, number: int) -> Contact:
    treated = members[members["arm"] != "control"]
    ids = treated["customer_id"].to_numpy(object)
    return Contact(ids, np.full(len(ids), DEPTH), start, DAYS, number)


def bought(shop: KnownShop, ids: list[str], start: datetime, contacts: list[Contact]) -> np.ndarray:
    """Who orders in a campaign's time if it contacts nobody."""
    rows = shop.rows(start, start + timedelta(days=DAYS), contacts)
    return np.isin(ids, rows["customer_id"].unique())


def true_profit_of_lists(shop: KnownShop, run: ShopRun, start: datetime) -> dict[str, float]:
    """By the shop's truth what contacting the first FIRST of each list earns: what it changes x what a save
    brings, less half the customers' discounts and the contacts."""
    ledger, earned = run.store.read("advice_ledger"), {}
    for name in ("recommended", "risk"):
        own = ledger[(ledger["list"] == name) & (ledger["rank"] <= FIRST)]
        ids, depth = own["customer_id"].tolist(), float(own["discount_percent"].iloc[0])
        effect = shop.retention_effect(ids, depth, start, DAYS)
        value = shop.people.set_index("customer_id")["order_value"].reindex(ids).to_numpy()
        cost = 0.5 * value * depth / 100 + 0.5
        earned[name] = float((effect * shop.worth_of_a_save(ids) - cost).sum())
    return earned


def test_the_recommended_list_earns_more_than_one_by_risk(told: Told):
    print("earned in truth:", {name: round(value) for name, value in told.earned.items()})
    assert told.earned["recommended"] > 1.2 * told.earned["risk"] > 0


def test_each_campaign_measures_what_it_did(told: Told):
    errors = []
    for number, turn in enumerate(told.turns, 1):
        low, high, found = turn.found["low"], turn.found["high"], turn.found["estimate"]
        print(f"turn {number}: {found:.3f} ({low:.3f} to {high:.3f}), truth {turn.truth:.3f}")
        assert turn.truth > 0.03 and turn.found["verdict"] == "better"
        assert low <= turn.truth <= high
        errors.append((found - turn.truth) / (high - low) * 2)
    assert abs(np.mean(errors)) < 0.75


def test_the_pooled_rate_converges(told: Told):
    widths = []
    for number, turn in enumerate(told.turns, 1):
        rate = turn.rate
        assert rate is not None
        print(f"pooled after {number}: {rate.rate:.3f} ({rate.low:.3f} to {rate.high:.3f}), {turn.kept:.3f}")
        widths.append(rate.high - rate.low)
    assert widths[-1] < 0.8 * widths[0]
    last = told.turns[-1]
    assert last.rate is not None and abs(last.rate.rate - last.kept) < 0.1
    results = told.aware.store.document("results")["roi_scenarios"]["success_rate"]
    assert results["source"] == "measured in the shop's own campaigns"


def mean_p(run: ShopRun, customers: pd.DataFrame) -> float:
    """Mean churn probability by a home's champion."""
    model, _ = registered_champion(run)
    return float(churn_probability(model, customers[list(model.features)]).mean())


def test_the_next_model_knows_the_churn_of_those_who_are_not_contacted(told: Told):
    customers = told.untreated.store.read("customer_features")
    kind = customers[customers["days_since_last_purchase"] > 10]
    homes = {"truth": told.untreated, "aware": told.aware, "naive": told.naive}
    p = {name: mean_p(run, kind) for name, run in homes.items()}
    print("mean p:", {name: round(value, 3) for name, value in p.items()}, len(kind))
    assert abs(p["aware"] - p["truth"]) <= 0.02
    assert abs(p["naive"] - p["truth"]) > 0.02


def test_campaigns_that_work_raise_no_alarm(told: Told):
    limits = told.aware.settings.limits
    graded = told.aware.store.read("graded_scorings")
    known = graded[graded["outcome"] == "known"]
    print(known[["expected_churn_rate", "churn_rate", "churn_rate_happened"]].round(3).to_string())
    assert len(known) == TURNS and (known["contacted"] > 0).all()
    for count in range(1, TURNS + 1):
        assert degraded_grades(known.iloc[:count], limits) == []
    assert (known["churn_rate_happened"] < known["churn_rate"] - 0.02).all()
    naive = known.assign(churn_rate=known["churn_rate_happened"])
    assert all(degraded_grades(naive.iloc[:count], limits) for count in range(1, TURNS + 1))


def test_what_campaigns_taught_is_told(told: Told):
    found = kept_uplift(told.aware.store)
    assert found is not None and told.uplift["contacted"] == found.contacted > 300
    print("\n".join(found.sentences))
    assert found.available and found.retention is not None and found.retention.low > 0
    table = told.aware.store.read("customer_uplift")
    assert len(table) == len(told.aware.store.read("customer_features"))
    assert table["effect"].mean() > 0.02
