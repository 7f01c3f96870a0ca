"""Persuadable, sure, lost, sleeping dog (Radcliffe & Surry 2011): the group of each customer, and how sure
that is: by models of experiments drawn again, customer by customer."""

from dataclasses import dataclass
from typing import get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn_pipeline.campaigns.uplift.learners import Floats, Kind, Learned, learned_effects
from churn_pipeline.campaigns.uplift.trial import Trial
from churn_pipeline.core.documents.uplift import GroupName

GROUPS: tuple[GroupName, ...] = get_args(GroupName)
PERSUADABLE, SURE, LOST, SLEEPING_DOG = range(len(GROUPS))
NOTICEABLE = 0.02
"""Effects on retention below two points, either way, count as none."""
MODELS = 20
CLEAR = 0.8
"""Share of the models that have to agree before a group is called clear."""


@dataclass(frozen=True)
class Grouped:
    """effect on retention with its 90 % interval over the models; alone: chance of an order if left alone;
    group: the one that most models say; agreement: the share of them: arrays of shape (customers,)."""

    effect: Floats
    low: Floats
    high: Floats
    alone: Floats
    group: npt.NDArray[np.object_]
    agreement: Floats


def group_of(learned: Learned) -> npt.NDArray[np.intp]:
    """The place in GROUPS of each customer, by one model's word."""
    unchanged = np.where(learned.alone >= 0.5, SURE, LOST)
    found = np.where(learned.effect >= NOTICEABLE, PERSUADABLE, unchanged)
    return np.asarray(np.where(learned.effect <= -NOTICEABLE, SLEEPING_DOG, found))


def grouped(kind: Kind, trial: Trial, features: pd.DataFrame, seed: int, models: int = MODELS) -> Grouped:
    """The customers of `features` (the columns of the trial's), by models of the trial's customers drawn
    again."""
    known, customer = trial.experiment("retention"), trial.customer
    rows_of = pd.Series(np.arange(len(customer))).groupby(customer).indices
    rng, people = np.random.default_rng(seed), int(customer.max()) + 1
    effects, alone = np.empty((models, len(features))), np.empty((models, len(features)))
    votes = np.zeros((len(GROUPS), len(features)))
    everyone = np.arange(len(features))
    for model in range(models):
        drawn = np.concatenate([rows_of[one] for one in rng.integers(0, people, people)])
        found = learned_effects(kind, known.of(drawn), features, seed + model)
        effects[model], alone[model] = found.effect, np.clip(found.alone, 0, 1)
        votes[group_of(found), everyone] += 1
    low, high = np.percentile(effects, (5, 95), axis=0)
    return Grouped(
        effects.mean(axis=0),
        low,
        high,
        alone.mean(axis=0),
        np.array(GROUPS, dtype=object)[votes.argmax(axis=0)],
        votes.max(axis=0) / models,
    )
