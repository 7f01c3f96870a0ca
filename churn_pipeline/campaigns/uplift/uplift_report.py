"""The table and the document of whom contacting changes."""

from dataclasses import asdict
from functools import partial

import numpy as np
import pandas as pd

from churn_pipeline.campaigns.uplift.groups import CLEAR, GROUPS, Grouped, group_of, grouped
from churn_pipeline.campaigns.uplift.judgement import (
    Judged,
    ahead_in_profit,
    coefficients,
    curves,
    judged_learner,
    shown_in_retention,
)
from churn_pipeline.campaigns.uplift.learners import learned_effects
from churn_pipeline.campaigns.uplift.qini import Interval, bootstrap
from churn_pipeline.campaigns.uplift.trial import RISK, Trial, shop_trial, too_little
from churn_pipeline.core.documents.uplift import QiniFound, QiniPoint, Uplift, UpliftGroup
from churn_pipeline.core.tables import CUSTOMER_UPLIFT
from churn_pipeline.core.wording import counted, money, number, percent
from churn_pipeline.shop.run import ShopRun

FEWEST_TO_TELL = 30
"""Customers contacted, and left alone, of a group, below which nothing is said of what contacting changed."""
DRAWS = 500
NAMES = {
    "persuadable": "can be persuaded",
    "sure": "buy anyway",
    "lost": "leave anyway",
    "sleeping_dog": "are better left alone",
}


def shop_uplift(run: ShopRun) -> tuple[pd.DataFrame, Uplift]:
    """The table customer_uplift, for today's scored customers, and the document uplift."""
    trial = shop_trial(run)
    reason = too_little(trial)
    if trial is None or reason is not None:
        return CUSTOMER_UPLIFT.schema.empty_table().to_pandas(), _nothing(trial, str(reason))
    customers = run.store.read("customer_features").merge(
        run.store.read("customer_scores", ["customer_id", RISK]), on="customer_id", validate="one_to_one"
    )
    judged = judged_learner(trial, run.settings.seed)
    table, now = uplift_table(trial, judged, customers, run.settings.seed)
    return table, uplift_document(trial, judged, now, run.settings.seed, run.config.currency)


def uplift_table(
    trial: Trial, judged: Judged, customers: pd.DataFrame, seed: int
) -> tuple[pd.DataFrame, Grouped]:
    """The table customer_uplift and the groups in it; customers: customer_id, as_of, churn_probability and
    features."""
    features = customers.reindex(columns=trial.features.columns).astype(np.float64)
    now = grouped(judged.kind, trial, features, seed)
    profit = learned_effects(judged.kind, trial.experiment("profit"), features, seed).effect
    table = pd.DataFrame(
        {
            "customer_id": customers["customer_id"],
            "as_of": customers["as_of"],
            "effect": now.effect,
            "effect_low": now.low,
            "effect_high": now.high,
            "order_if_left_alone": now.alone,
            "profit_effect": profit,
            "group": now.group,
            "agreement": now.agreement,
        }
    )
    return table, now


def uplift_document(trial: Trial, judged: Judged, now: Grouped, seed: int, currency: str) -> Uplift:
    """What was found, with sentences."""
    own, by_risk = coefficients(judged)
    risk = float(trial.column(RISK).mean())
    treated = trial.rows["is_treated"]
    found = Uplift(
        available=True,
        campaigns=int(trial.rows["campaign_id"].nunique()),
        contacted=int(treated.sum()),
        left_alone=int((~treated).sum()),
        learner=judged.kind,
        used=judged.is_ahead,
        kept_share=float(judged.changed.mean()) / risk if risk > 0 else None,
        learner_qini=own,
        risk_qini=by_risk,
        ahead=QiniFound(**asdict(judged.ahead)),
        retention=QiniFound(**asdict(shown_in_retention(trial, judged, seed))),
        profit_ahead=QiniFound(**asdict(ahead_in_profit(trial, judged, seed))),
        curve=[QiniPoint(share=s, learner=mine, risk=other) for s, mine, other in curves(judged)],
        groups=_groups(trial, judged, now, seed),
        sentences=[],
    )
    return found.model_copy(update={"sentences": _sentences(found, judged.ahead, currency)})


def _groups(trial: Trial, judged: Judged, now: Grouped, seed: int) -> list[UpliftGroup]:
    """Today's customers by group, and how the lot has changed those whom held-out models put there."""
    before = np.array(GROUPS, dtype=object)[group_of(judged.learned)]
    treated = trial.rows["is_treated"].to_numpy(bool)
    found = []
    for name in GROUPS:
        own, today = before == name, now.group == name
        change = None
        if min((own & treated).sum(), (own & ~treated).sum()) >= FEWEST_TO_TELL:
            mean = partial(_mean, judged.changed, own)
            change = bootstrap(mean, trial.customer, seed, 0.95, DRAWS)
        found.append(
            UpliftGroup(
                group=name,
                customers=int(today.sum()),
                clear=int((today & (now.agreement >= CLEAR)).sum()),
                tried=int(own.sum()),
                change=change.value if change else None,
                low=change.low if change else None,
                high=change.high if change else None,
            )
        )
    return found


def _mean(changed: np.ndarray, own: np.ndarray, weight: np.ndarray | None) -> float:
    counts = own.astype(np.float64) if weight is None else own * weight
    return float(counts @ changed / counts.sum())


def _sentences(found: Uplift, difference: Interval, currency: str) -> list[str]:
    ahead = (
        f"{money(difference.value, currency)} per customer more than risk x value "
        f"(interval {money(difference.low, currency)} to {money(difference.high, currency)}; Qini)"
    )
    learned = (
        f"From {counted(found.campaigns, 'campaigns')} with {number(found.contacted)} contacted and "
        f"{number(found.left_alone)} left alone by lot, a model has learned whom contacting changes. "
    )
    if found.used:
        said = f"On customers whom it had not seen its list keeps {ahead}: lists are ranked by it."
    else:
        said = (
            f"On customers whom it had not seen its list keeps {ahead}. That is not clearly more, so lists "
            "stay ranked by risk x value."
        )
    return [learned + said, *(_said(group) for group in found.groups if group.customers)]


def _said(group: UpliftGroup) -> str:
    """One group in words."""
    said = (
        f"{counted(group.customers, 'customers')} {NAMES[group.group]} by the model "
        f"({number(group.clear)} of them clearly: at least {percent(CLEAR)} of the models say so)"
    )
    if group.change is None or group.low is None or group.high is None:
        return f"{said}."
    change, low, high = (number(100 * value, 1) for value in (group.change, group.low, group.high))
    return (
        f"{said}; contacting such customers changed their retention by {change} points "
        f"(95 % interval {low} to {high})."
    )


def _nothing(trial: Trial | None, reason: str) -> Uplift:
    treated = 0 if trial is None else int(trial.rows["is_treated"].sum())
    return Uplift(
        available=False,
        campaigns=0 if trial is None else int(trial.rows["campaign_id"].nunique()),
        contacted=treated,
        left_alone=0 if trial is None else len(trial.rows) - treated,
        learner=None,
        used=False,
        kept_share=None,
        learner_qini=None,
        risk_qini=None,
        ahead=None,
        retention=None,
        profit_ahead=None,
        curve=[],
        groups=[],
        sentences=[reason] if trial is not None else [],
    )
