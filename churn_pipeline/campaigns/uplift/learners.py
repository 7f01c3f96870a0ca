"""The effect of contacting each customer, learned from campaigns with a lot: T- and X-learner.

T-learner: one model of the outcome for the contacted, one for those left alone; the effect is their
difference. X-learner (Kuenzel, Sekhon, Bickel & Yu 2019): what each contacted customer did beyond what the
model of those left alone expects, and the other way round, are themselves learned, and averaged by the chance
of being contacted; it does better where one group is much smaller. Every model weighs a customer by 1 / the
chance of the arm that the lot gave."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Kind = Literal["t_learner", "x_learner"]
KINDS: tuple[Kind, ...] = ("t_learner", "x_learner")
SMALLEST_LEAF = 20


@dataclass(frozen=True)
class Experiment:
    """What a lot has shown: features from before it, shape (customers, features); outcome, is_treated and the
    chance of having been contacted (0-1), shape (customers,)."""

    features: pd.DataFrame
    outcome: Floats
    is_treated: npt.NDArray[np.bool_]
    chance: Floats

    def of(self, rows: npt.NDArray[np.intp]) -> "Experiment":
        """The same for some customers."""
        features = self.features.iloc[rows].reset_index(drop=True)
        return Experiment(features, self.outcome[rows], self.is_treated[rows], self.chance[rows])


@dataclass(frozen=True)
class Learned:
    """effect: on the outcome, of contacting each customer; alone: the outcome of each if left alone; shape
    (customers,)."""

    effect: Floats
    alone: Floats


def learned_effects(kind: Kind, known: Experiment, features: pd.DataFrame, seed: int) -> Learned:
    """The effect on each customer of `features` (the columns of `known`)."""
    treated, control = np.flatnonzero(known.is_treated), np.flatnonzero(~known.is_treated)
    weight = np.where(known.is_treated, 1 / known.chance, 1 / (1 - known.chance))

    def fitted(rows: npt.NDArray[np.intp], outcome: Floats) -> Any:
        return _fitted(known.features.iloc[rows], outcome, weight[rows], seed)

    of_treated, of_control = (fitted(rows, known.outcome[rows]) for rows in (treated, control))
    alone = np.asarray(of_control.predict(features))
    if kind == "t_learner":
        return Learned(np.asarray(of_treated.predict(features) - alone), alone)
    beyond = known.outcome[treated] - of_control.predict(known.features.iloc[treated])
    short = of_treated.predict(known.features.iloc[control]) - known.outcome[control]
    from_treated, from_control = fitted(treated, beyond), fitted(control, short)
    chance = float(known.chance.mean())
    effect = chance * from_control.predict(features) + (1 - chance) * from_treated.predict(features)
    return Learned(np.asarray(effect), alone)


def held_out_effects(kind: Kind, known: Experiment, fold: npt.NDArray[np.intp], seed: int) -> Learned:
    """The effect on each customer of the experiment, learned from the other folds alone."""
    effect, alone = np.empty(len(known.outcome)), np.empty(len(known.outcome))
    for number in np.unique(fold):
        own = fold == number
        found = learned_effects(kind, known.of(np.flatnonzero(~own)), known.features[own], seed)
        effect[own], alone[own] = found.effect, found.alone
    return Learned(effect, alone)


def _fitted(features: pd.DataFrame, outcome: Floats, weight: Floats, seed: int) -> Any:
    """Trees of three leaves, heavily held back: effects are small beside what the outcome varies by.

    On simulated shops of 900 and 2,150 customers larger trees, more of them, or a ridge regression found
    less of the true effects."""
    from lightgbm import LGBMRegressor

    model = LGBMRegressor(
        n_estimators=60,
        learning_rate=0.05,
        num_leaves=3,
        min_child_samples=max(SMALLEST_LEAF, len(outcome) // 40),
        colsample_bytree=0.5,
        subsample=0.8,
        subsample_freq=1,
        reg_lambda=20.0,
        random_state=seed,
        n_jobs=1,
        deterministic=True,
        force_col_wise=True,
        verbose=-1,
    )
    return model.fit(features, outcome, sample_weight=weight / weight.mean())
