"""A campaign in a shop whose effects are known, told as the run tells it."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.campaigns.uplift.judgement import Judged, judged_learner
from churn_pipeline.campaigns.uplift.trial import Trial, too_little
from churn_pipeline.campaigns.uplift.uplift_report import uplift_document, uplift_table
from churn_pipeline.core.documents.uplift import Uplift
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import conform
from churn_pipeline.core.tables import CUSTOMER_UPLIFT, TRANSACTIONS
from churn_pipeline.features.catalogue import CATALOGUE
from churn_pipeline.features.snapshots import build_snapshots
from churn_pipeline.samples.known_effects import PERSUADABLE, SLEEPING_DOG, Contact, Effects, known_shop
from churn_pipeline_tests.builders.effect_shops import BEHAVIOUR

DAYS, SHARE = 45, 0.6
STRONG = Effects(top=0.95, saturation=8.0, driven_away=0.5)


@dataclass(frozen=True)
class Told:
    trial: Trial
    judged: Judged
    table: pd.DataFrame
    document: Uplift
    truth: np.ndarray
    group: np.ndarray


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Some 2,900 customers with strong effects, 60 % of them contacted with 20 %."""
    shop = known_shop(replace(BEHAVIOUR, customers=12000), STRONG, seed=1)
    now = shop.data_end
    features = snapshots_of(shop.rows(now - timedelta(days=BEHAVIOUR.days), now), now, tmp_path_factory)
    ids = features["customer_id"].tolist()
    rng = np.random.default_rng(1)
    treated = rng.random(len(ids)) < SHARE
    contact = Contact(np.array(ids, object)[treated], np.full(treated.sum(), 20.0), now, DAYS, 1)
    bought = set(shop.rows(now, now + timedelta(days=DAYS), [contact])["customer_id"])
    risk = features["bg_nbd_churn_probability"].to_numpy()
    retention = np.isin(ids, list(bought)).astype(float)
    rows = pd.DataFrame(
        {
            "customer_id": ids,
            "campaign_id": "spring",
            "is_treated": treated,
            "chance": SHARE,
            "churn_probability": risk,
            "save": shop.worth_of_a_save(ids),
            "retention": retention,
            "profit": retention * shop.worth_of_a_save(ids) / 3,
        }
    )
    names = [f.name for f in CATALOGUE if f.name in features and features[f.name].notna().any()]
    trial = Trial(rows, features[names].astype(float).assign(churn_probability=risk))
    judged = judged_learner(trial, 42)
    today = features.assign(churn_probability=risk, as_of=pd.Timestamp(now))
    table, groups = uplift_table(trial, judged, today, 42)
    document = uplift_document(trial, judged, groups, 42, "EUR")
    truth = shop.retention_effect(ids, 20.0, now, DAYS)
    group = shop.people.set_index("customer_id")["group"].reindex(ids).to_numpy()
    return Told(trial, judged, table, document, truth, group)


def snapshots_of(rows: pd.DataFrame, now, factory: pytest.TempPathFactory) -> pd.DataFrame:
    more = {"ts": rows["date"].astype("datetime64[us]"), "quantity": 1, "is_return": False}
    more |= {"upload_sha256": "0" * 64, "product": None, "category": None}
    folder: Path = factory.mktemp("shop")
    ledger = rows.drop(columns="date").assign(**more).sort_values(["customer_id", "ts"], ignore_index=True)
    ShopStore(folder).write("transactions", conform(TRANSACTIONS.name, ledger).to_pandas(), "run")
    found = build_snapshots(ShopStore(folder), [now], DAYS, 2, labelled=False, threads=1)
    return found.to_pandas()


def test_persuadables_are_ranked_first_and_the_qini_is_above_chance(told: Told):
    retention = told.document.retention
    assert retention is not None and retention.low > 0
    first = np.argsort(-told.judged.learned.effect)[: len(told.truth) // 4]  # by models that never saw them
    last = np.argsort(told.judged.learned.effect)[: len(told.truth) // 4]
    assert told.truth[first].mean() > told.truth.mean() + 0.03 > told.truth[last].mean() + 0.06
    assert (told.group[first] == PERSUADABLE).mean() > (told.group == PERSUADABLE).mean() + 0.05
    assert (told.group[last] == SLEEPING_DOG).mean() > (told.group == SLEEPING_DOG).mean() + 0.05


def test_groups_are_what_the_truth_says_on_average(told: Told):
    conform(CUSTOMER_UPLIFT.name, told.table)
    mean = told.table.assign(truth=told.truth).groupby("group")[["truth", "effect"]].mean()
    assert mean.loc["persuadable", "truth"] > 0.04
    assert mean.loc["sleeping_dog", "truth"] < 0
    assert mean["effect"].to_numpy() == pytest.approx(mean["truth"].to_numpy(), abs=0.06)
    assert (told.table["effect_low"] < told.table["effect_high"]).all()
    assert told.table["agreement"].between(0.25, 1).all()


def test_the_document_says_how_sure_it_is(told: Told):
    found = told.document
    assert found.available and found.contacted + found.left_alone == len(told.trial.rows)
    assert found.used is (found.ahead is not None and found.ahead.low > 0)
    by_name = {group.group: group for group in found.groups}
    assert sum(group.customers for group in found.groups) == len(told.table)
    assert sum(group.tried for group in found.groups) == len(told.trial.rows)
    persuadable = by_name["persuadable"]
    clear = told.table[(told.table["group"] == "persuadable") & (told.table["agreement"] >= 0.8)]
    assert persuadable.clear == len(clear) and 0 < persuadable.clear < persuadable.customers
    assert persuadable.low is not None and persuadable.low > 0  # as the lot showed it
    assert persuadable.change is not None and persuadable.low < persuadable.change
    assert "left alone by lot" in found.sentences[0] and len(found.curve) == 11
    assert ("lists stay ranked by risk x value" in found.sentences[0]) is not found.used
    assert any("can be persuaded" in sentence for sentence in found.sentences)


def test_too_little_is_said_with_the_rule(told: Told):
    assert too_little(told.trial) is None
    said = too_little(Trial(told.trial.rows[:400], told.trial.features[:400]))
    assert said is not None and "300 scored customers contacted and 300 left alone" in said
    assert f"{told.trial.rows['is_treated'][:400].sum()} and" in said
    assert "there are none yet" in str(too_little(None))
