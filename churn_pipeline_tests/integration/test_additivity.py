"""On a real shop (CDNOW) every kind of champion, refitted, stored and loaded as a champion is, is explained
exactly for all customers."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import read_table
from churn_pipeline.explain.contributions import affine_calibration, explain
from churn_pipeline.explain.explanation import contribution_columns, shap_table
from churn_pipeline.explain.reasons import reasons_for_all
from churn_pipeline.features.catalogue import CATALOGUE, feature
from churn_pipeline.shop.config import MODEL_KINDS
from churn_pipeline.shop.directory import load_shop, shop_folder
from churn_pipeline.training.lifecycle.champion import refit_champion
from churn_pipeline.training.lifecycle.promotion import calibrated_at_test
from churn_pipeline.training.models.churn_model import (
    ChurnModel,
    churn_probability,
    load_model,
    log_odds,
    save_model,
)
from churn_pipeline.training.search.blend import BLEND, blend_candidate
from churn_pipeline.training.search.candidates import load_candidate
from churn_pipeline_tests.builders.commands import churn_in

SAMPLE = Path(__file__).parents[2] / "data" / "samples" / "cdnow.csv"
HORIZON = 90
EXACT = 1e-5
NOT_IN_THE_FILE = ("product", "categor", "discount", "return", "items", "evening")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The home of a shop `cdnow` on which all five kinds competed."""
    home = tmp_path_factory.mktemp("additivity")
    maps = [f"--map={name}={name}" for name in ("customer_id", "date", "amount")]
    done = churn_in(home)(
        "run", SAMPLE, "--shop", "cdnow", "--horizon", HORIZON, "--effort", "quick", "--json", *maps
    )
    assert done.code == 0, done.err
    assert json.loads(done.out)["explanation"]["scale"] == "log_odds"
    return Settings(home=home)


@pytest.fixture(scope="module", params=[*MODEL_KINDS, BLEND])
def champion(
    request: pytest.FixtureRequest, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> ChurnModel:
    """The kind's candidate made a champion: refitted on everything mature, calibrated, saved and loaded."""
    folder, config = shop_folder(settings, "cdnow"), load_shop(settings, "cdnow")
    snapshots = read_table(folder, "training_snapshots")
    kinds = MODEL_KINDS if request.param == BLEND else [request.param]
    candidates = [load_candidate(ShopStore(folder), kind) for kind in kinds]
    candidate = blend_candidate(candidates, snapshots) if request.param == BLEND else candidates[0]
    chosen = calibrated_at_test(candidate, snapshots, HORIZON)
    model = refit_champion(
        chosen,
        snapshots,
        read_table(folder, "embargoed_snapshots"),
        read_table(folder, "customer_features"),
        config,
        settings,
    )
    directory = tmp_path_factory.mktemp(request.param)
    save_model(model, directory)
    return load_model(directory)


def test_contributions_of_all_customers_add_up_to_the_output_and_to_the_calibrated_probability(
    champion: ChurnModel, settings: Settings
) -> None:
    folder = shop_folder(settings, "cdnow")
    now = read_table(folder, "customer_features")
    found = explain(champion, now, read_table(folder, "training_snapshots", list(champion.features)))
    assert found.largest_gap <= EXACT  # of the kernels themselves, before rounding is evened out
    table = shap_table(found, now["customer_id"], now["as_of"].max())
    assert len(table) == len(now) > 3_000
    total = table["base_value"] + table[contribution_columns(table)].sum(axis=1)
    slope, intercept = affine_calibration(champion)
    np.testing.assert_allclose(total, table["model_output"], atol=EXACT)
    np.testing.assert_allclose(total, slope * log_odds(champion, now) + intercept, atol=EXACT)
    np.testing.assert_allclose(found.probability, churn_probability(champion, now), atol=1e-12)
    if champion.calibrator.method != "isotonic":
        np.testing.assert_allclose(expit(total), found.probability, atol=EXACT)


def test_reasons_mention_nothing_that_the_file_lacks(champion: ChurnModel, settings: Settings) -> None:
    folder = shop_folder(settings, "cdnow")
    now = read_table(folder, "customer_features")
    found = explain(champion, now, read_table(folder, "training_snapshots", list(champion.features)))
    told = [reason for reasons in reasons_for_all(found, now) for reason in reasons]
    assert not [reason.feature for reason in told if feature(reason.feature).needs]
    assert not [
        reason.reason for reason in told if any(word in reason.reason.lower() for word in NOT_IN_THE_FILE)
    ]


def test_the_stored_reasons_are_of_the_columns_of_the_file(settings: Settings) -> None:
    scores: pd.DataFrame = read_table(shop_folder(settings, "cdnow"), "customer_scores")
    told = {reason["feature"] for reasons in scores["top_risk_factors"].dropna() for reason in reasons}
    assert told and not told & {f.name for f in CATALOGUE if f.needs}
