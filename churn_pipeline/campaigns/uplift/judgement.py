"""Whether a learner finds those worth contacting better than risk x value does, on customers that it has not
seen."""

from dataclasses import dataclass

import numpy as np

from churn_pipeline.campaigns.uplift.learners import KINDS, Floats, Kind, Learned, held_out_effects
from churn_pipeline.campaigns.uplift.qini import Interval, gains, qini, qini_curve, qini_interval
from churn_pipeline.campaigns.uplift.trial import RISK, Trial

CONFIDENCE = 0.95
POINTS = 10


@dataclass(frozen=True)
class Judged:
    """A learner on held-out customers. ranking: its effect x what keeping the customer brings; by_risk: churn
    probability x the same. kept: what contacting each has kept, currency; changed: by how much it changed
    the retention of each: right on average.

    ahead: Qini of the money kept, of the ranking less that by risk, with an interval that allows for the
    choice among the learners."""

    kind: Kind
    learned: Learned
    ranking: Floats
    by_risk: Floats
    kept: Floats
    changed: Floats
    ahead: Interval

    @property
    def is_ahead(self) -> bool:
        """Whether lists may be ranked by it."""
        return self.ahead.low > 0


def judged_learner(trial: Trial, seed: int) -> Judged:
    """The learner that is furthest ahead of risk x value."""
    return max((_judged(kind, trial, seed) for kind in KINDS), key=lambda found: found.ahead.low)


def shown_in_retention(trial: Trial, judged: Judged, seed: int) -> Interval:
    """Qini of retention, of the learner's effects alone."""
    return qini_interval(judged.learned.effect, judged.changed, trial.customer, seed, CONFIDENCE)


def ahead_in_profit(trial: Trial, judged: Judged, seed: int) -> Interval:
    """Qini of the profit that came in within the campaigns' time, less that of the list by risk x value; far
    noisier than the money kept, since it holds whatever else customers happened to buy."""
    gain = gained(trial, "profit")
    return qini_interval(judged.ranking, gain, trial.customer, seed, CONFIDENCE, judged.by_risk)


def gained(trial: Trial, outcome: str) -> Floats:
    """How much of an outcome contacting each customer has changed, right on average."""
    experiment = trial.experiment(outcome)
    expected = 1 - trial.column(RISK) if outcome == "retention" else _usual(trial, outcome)
    return gains(experiment.outcome, expected, experiment.is_treated, experiment.chance)


def curves(judged: Judged) -> list[tuple[float, float, float]]:
    """Share contacted (0 to 1), and the money kept per customer of all by the learner's list and by risk x
    value."""
    shares = np.linspace(0, 1, POINTS + 1)
    own, other = (
        np.interp(shares, *qini_curve(ranking, judged.kept)) for ranking in (judged.ranking, judged.by_risk)
    )
    return list(zip(shares.tolist(), own.tolist(), other.tolist(), strict=True))


def coefficients(judged: Judged) -> tuple[float, float]:
    """Qini of the money kept: of the learner and of risk x value, currency per customer."""
    return qini(judged.ranking, judged.kept), qini(judged.by_risk, judged.kept)


def _judged(kind: Kind, trial: Trial, seed: int) -> Judged:
    learned = held_out_effects(kind, trial.experiment("retention"), trial.fold, seed)
    save, changed = trial.column("save"), gained(trial, "retention")
    ranking, by_risk, kept = learned.effect * save, trial.column(RISK) * save, changed * save
    confidence = 1 - (1 - CONFIDENCE) / len(KINDS)
    ahead = qini_interval(ranking, kept, trial.customer, seed, confidence, by_risk)
    return Judged(kind, learned, ranking, by_risk, kept, changed, ahead)


def _usual(trial: Trial, outcome: str) -> Floats:
    """The outcome's mean, of everybody."""
    return np.full(len(trial.rows), trial.column(outcome).mean())
