"""A campaign that works is no reason for an alarm or a training: drift, scores, rates and grades together,
over shops with known effects that change in nothing else."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from churn_pipeline.churn_definition.treated_labels import campaign_treatments
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.tables import TABLES, feature_columns
from churn_pipeline.monitoring.drift.drift_report import drift_report
from churn_pipeline.monitoring.grades.grading import graded_predictions, graded_scorings
from churn_pipeline.monitoring.retraining_reasons import retraining_reasons
from churn_pipeline.samples.known_effects import Contact, Effects, KnownShop, known_shop
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.data.embargo import build_customer_features, build_training_tables
from churn_pipeline.training.evaluation.metrics import sigmoid
from churn_pipeline.training.lifecycle.refit import refitted_member
from churn_pipeline.training.models.model_kinds import pipeline_log_odds
from churn_pipeline.training.search.candidates import BlendMember
from churn_pipeline_tests.builders.effect_shops import BEHAVIOUR
from churn_pipeline_tests.builders.shop_runs import shop_run

SHOPS, UNAWARE, HORIZON = 20, 4, 45
STEADY = replace(BEHAVIOUR, customers=3000, opening_share=0.4)
STRONG = Effects(top=0.9, saturation=10.0)
LISTED, LEFT_ALONE, DEPTH = 0.7, 0.2, 40.0
LOGISTIC = {"C": 0.05, "knots": 4, "penalty": "l2", "imbalance": "none"}
KEPT = (
    "training_snapshots",
    "embargoed_snapshots",
    "test_predictions",
    "feature_importance",
    "score_history",
)


@dataclass(frozen=True)
class Trained:
    """A shop as it was trained and scored at its data end; scored: its model."""

    run: ShopRun
    customers: pd.DataFrame
    scored: Callable[[pd.DataFrame], np.ndarray]


def written(store: ShopStore, name: str, frame: pd.DataFrame) -> None:
    """Writes a table of which a run would fill more columns."""
    declared, more = TABLES[name], {}
    for field in declared.schema:
        if field.name not in frame:
            is_number = pa.types.is_floating(field.type) or pa.types.is_integer(field.type)
            more[field.name] = None if field.nullable else 0 if is_number else "x"
    own = [column for column in frame if column not in declared.schema.names] if declared.open else []
    store.write(name, frame.assign(**more)[[*declared.schema.names, *own]], "run")


def ledger(shop: KnownShop, until: datetime, contacts: tuple[Contact, ...] = ()) -> pd.DataFrame:
    rows = shop.rows(datetime(2000, 1, 1), until, contacts).rename(columns={"date": "ts"})
    return rows.assign(quantity=1.0, is_return=False, upload_sha256="0" * 64, product=None, category=None)


def opened(folder: Path, orders: pd.DataFrame) -> ShopRun:
    folder.mkdir(parents=True)
    written(ShopStore(folder), "transactions", orders)
    return shop_run(folder, ShopConfig(name="known"), HORIZON, Settings(home=folder, threads=1))


def trained(shop: KnownShop, folder: Path) -> Trained:
    run = opened(folder, ledger(shop, shop.data_end))
    tables, customers = build_training_tables(run), build_customer_features(run)
    learning = pd.concat([tables.training.query("split == 'train'"), tables.embargoed], ignore_index=True)
    features = [name for name in feature_columns(list(learning.columns)) if name in customers]
    member = BlendMember("logistic_regression", LOGISTIC, features, (1.0, 0.0), (1.0, 0.0))
    pipeline, _ = refitted_member(member, learning, run.settings)

    def scored(rows: pd.DataFrame) -> np.ndarray:
        return np.asarray(sigmoid(pipeline_log_odds(pipeline, rows[features].astype(float))))

    test = tables.training.query("split == 'test'")
    of_test = test[["customer_id", "cutoff", "fold", "churned"]]
    written(run.store, "training_snapshots", tables.training)
    written(run.store, "embargoed_snapshots", tables.embargoed)
    written(run.store, "test_predictions", of_test.assign(p_champion=scored(test), p_champion_unseen=0.5))
    alike = pd.DataFrame({"feature": features, "importance": 1 / len(features)})
    written(run.store, "feature_importance", alike)
    as_of = customers["as_of"].iloc[0]
    customers["churn_probability"] = scored(customers)
    receipts = customers[["customer_id", "as_of", "churn_probability"]].assign(
        scored_at=as_of, due_at=as_of + timedelta(days=HORIZON), status="eligible", model_version="1"
    )
    written(run.store, "score_history", receipts)
    return Trained(run, customers, scored)


def campaign(shop: Trained, seed: int) -> pd.DataFrame:
    """Rows of campaign_members: the riskiest, a fifth of them left alone by lot."""
    listed = shop.customers.nlargest(round(LISTED * len(shop.customers)), "churn_probability")
    control = np.random.default_rng(seed).permutation(len(listed)) < LEFT_ALONE * len(listed)
    share = float(control.mean())
    return pd.DataFrame(
        {
            "campaign_id": "spring",
            "customer_id": listed["customer_id"].to_numpy(),
            "arm": np.where(control, "control", "discount_40"),
            "stratum": "all",
            "probability_of_assignment": np.where(control, share, 1 - share),
            "assigned_at": listed["as_of"].to_numpy(),
            "ends_at": listed["as_of"].to_numpy() + np.timedelta64(HORIZON, "D"),
            "segment": "high_risk",
        }
    )


def reasons(shop: Trained, folder: Path, orders: pd.DataFrame, members: pd.DataFrame | None) -> list[str]:
    """Why the shop should be looked at or trained again, a horizon later."""
    after = opened(folder, orders)
    store = after.store
    for name in KEPT:
        store.write(name, shop.run.store.read(name), "run")
    if members is not None:
        written(store, "campaign_members", members)
    customers = build_customer_features(after)
    scores = customers[["customer_id", "as_of"]].assign(
        status="eligible", churn_probability=shop.scored(customers), last_order_at=customers["as_of"]
    )
    written(store, "customer_features", customers)
    written(store, "customer_scores", scores)
    graded = graded_scorings(graded_predictions(store), campaign_treatments(store))
    written(store, "graded_scorings", graded)
    report, now = drift_report(after), datetime(2030, 1, 1)
    store.write_document("feature_drift", report.document)
    found = retraining_reasons(store, after.settings.limits, now - timedelta(days=100), now)
    return sorted({*found, *(finding.sentence for finding in report.findings)})


@pytest.mark.slow
def test_a_campaign_that_works_is_no_alarm_in_19_of_20_shops(tmp_path: Path) -> None:
    aware, naive = [], []
    for seed in range(SHOPS):
        known = known_shop(STEADY, STRONG, seed=seed)
        shop = trained(known, tmp_path / f"{seed}")
        members = campaign(shop, seed)
        treated = members.loc[members["arm"] != "control", "customer_id"].to_numpy(object)
        contact = Contact(treated, np.full(len(treated), DEPTH), known.data_end, HORIZON, seed)
        orders = ledger(known, known.data_end + timedelta(days=HORIZON), (contact,))
        aware.append(reasons(shop, tmp_path / f"{seed} aware", orders, members))
        print(seed, aware[-1], flush=True)
        if seed < UNAWARE:
            naive.append(reasons(shop, tmp_path / f"{seed} naive", orders, None))
            print(seed, "not known:", naive[-1], flush=True)
    assert sum(map(bool, aware)) <= SHOPS // 20
    assert sum(map(bool, naive)) >= UNAWARE / 2
