"""What T- and X-learner find in experiments whose effects are known."""

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.campaigns.uplift.learners import (
    KINDS,
    Experiment,
    Kind,
    held_out_effects,
    learned_effects,
)


def experiment(customers: int = 4000, seed: int = 1) -> tuple[Experiment, np.ndarray]:
    """Customers whose `taste` says whether contacting makes them stay or leave, and their true effects; who
    often buys is contacted less often."""
    rng = np.random.default_rng(seed)
    features = pd.DataFrame({name: rng.normal(0, 1, customers) for name in ("taste", "often", "noise")})
    chance = np.where(features["often"] > 0, 0.3, 0.7)
    treated = rng.random(customers) < chance
    effect = np.where(features["taste"] > 0, 0.3, -0.1)
    alone = 0.4 + 0.2 * (features["often"] > 0).to_numpy()
    ordered = (rng.random(customers) < alone + effect * treated).astype(float)
    return Experiment(features, ordered, treated, chance), effect


@pytest.mark.parametrize("kind", KINDS)
def test_the_effects_of_held_out_customers_are_found(kind: Kind):
    known, truth = experiment()
    fold = np.arange(len(truth)) % 5
    found = held_out_effects(kind, known, fold, seed=1)
    assert np.corrcoef(found.effect, truth)[0, 1] > 0.7
    assert 0.15 < found.effect[truth > 0].mean() < 0.35  # drawn towards the mean, not beyond
    assert -0.15 < found.effect[truth < 0].mean() < 0.02
    often = (known.features["often"] > 0).to_numpy()
    assert found.alone[often].mean() == pytest.approx(0.6, abs=0.05)
    assert found.alone[~often].mean() == pytest.approx(0.4, abs=0.05)


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_held_out_of_the_own_fold(kind: Kind):
    """An outcome told to the learner in the features of one customer changes nothing for that customer."""
    known, truth = experiment(800)
    fold = np.arange(len(truth)) % 5
    before = held_out_effects(kind, known, fold, seed=1).effect
    turned = known.outcome.copy()
    turned[fold == 2] = 1 - turned[fold == 2]
    after = held_out_effects(
        kind, Experiment(known.features, turned, known.is_treated, known.chance), fold, seed=1
    ).effect
    assert (before[fold == 2] == after[fold == 2]).all()
    assert not (before[fold != 2] == after[fold != 2]).all()


@pytest.mark.parametrize("kind", KINDS)
def test_the_lot_is_weighed(kind: Kind):
    """Where the chance of contact is hidden from the features, its weights alone keep it from being taken for
    an effect."""
    rng = np.random.default_rng(4)
    hidden = rng.random(6000) < 0.5
    chance = np.where(hidden, 0.8, 0.2)
    treated = rng.random(6000) < chance
    ordered = (rng.random(6000) < 0.2 + 0.6 * hidden).astype(float)  # contacting changes nothing
    features = pd.DataFrame({"noise": rng.normal(0, 1, 6000)})
    found = learned_effects(kind, Experiment(features, ordered, treated, chance), features, 1).effect.mean()
    even = np.full(6000, treated.mean())
    blind = learned_effects(kind, Experiment(features, ordered, treated, even), features, 1).effect.mean()
    assert abs(found) < 0.04 < 0.3 < blind


def test_missing_features_are_no_obstacle_and_the_same_seed_gives_the_same():
    known, _ = experiment(600)
    features = known.features.copy()
    features.loc[::3, "taste"] = np.nan
    holed = Experiment(features, known.outcome, known.is_treated, known.chance)
    one, again = (learned_effects("x_learner", holed, features, 7).effect for _ in range(2))
    assert np.isfinite(one).all() and (one == again).all()
