"""What the shop's finished campaigns have tried: customers with a score whom the lot contacted or left alone,
with what was known of them before, and what they did."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from churn_pipeline.campaigns.assignment.lots import lots
from churn_pipeline.campaigns.assignment.strata import CONTROL
from churn_pipeline.campaigns.kept_campaigns import campaign_members, kept_campaigns
from churn_pipeline.campaigns.measurement.campaign_results import data_end
from churn_pipeline.campaigns.measurement.outcomes import member_outcomes
from churn_pipeline.campaigns.uplift.learners import Experiment, Floats
from churn_pipeline.campaigns.uplift.qini import Codes
from churn_pipeline.core.documents.campaigns import CampaignPlan
from churn_pipeline.core.wording import counted, number
from churn_pipeline.features.catalogue import CATALOGUE
from churn_pipeline.features.snapshots import build_snapshots
from churn_pipeline.shop.run import ShopRun

FEWEST = 300
"""Customers contacted, and as many left alone, below which no learner is tried: in simulated shops with
strong effects none came out ahead of risk with fewer."""
FEWEST_OF_EACH = 40
"""Of those who ordered and of those who did not, in either group."""
MOST_CAMPAIGNS = 12
FOLDS = 5
RISK = "churn_probability"


@dataclass(frozen=True)
class Trial:
    """rows: customer_id, campaign_id, is_treated, chance (of being contacted, 0-1), churn_probability and
    save (what keeping the customer brings, currency) at the assignment, retention (0/1) and profit (currency)
    in the campaign's time. features: of the same rows, as they were then, and churn_probability."""

    rows: pd.DataFrame
    features: pd.DataFrame

    def experiment(self, outcome: str) -> Experiment:
        """The rows as learners take them."""
        return Experiment(
            self.features, self.column(outcome), self.rows["is_treated"].to_numpy(bool), self.column("chance")
        )

    def column(self, name: str) -> Floats:
        """A column of `rows` as numbers."""
        return self.rows[name].to_numpy(np.float64)

    @property
    def customer(self) -> Codes:
        """Whose row each is: 0, 1, ..."""
        return np.asarray(pd.factorize(self.rows["customer_id"])[0], dtype=np.intp)

    @property
    def fold(self) -> Codes:
        """The fold of each row: all rows of a customer are in one."""
        drawn = lots("folds of the uplift learners", self.rows["customer_id"])
        return np.asarray(drawn * FOLDS, dtype=np.intp)


def shop_trial(run: ShopRun) -> Trial | None:
    """The newest finished campaigns that left customers alone; None where there is none with scored
    customers."""
    end = data_end(run)
    plans = [plan for plan in kept_campaigns(run.store) if plan.control and plan.ends_at <= end]
    parts = [part for plan in plans[:MOST_CAMPAIGNS] if len(part := _of_campaign(run, plan))]
    if not parts:
        return None
    rows = pd.concat(parts, ignore_index=True)
    names = [f.name for f in CATALOGUE if f.name in rows and rows[f.name].notna().any()]
    return Trial(rows[_KEPT], rows[[*names, RISK]].astype(np.float64))


def too_little(trial: Trial | None) -> str | None:
    """Why nothing can be learned yet, in words; None where there is enough."""
    rule = (
        f"Whom contacting changes is learned once finished campaigns hold {number(FEWEST)} scored customers "
        f"contacted and {number(FEWEST)} left alone by lot, {FEWEST_OF_EACH} or more of each who ordered, "
        "and who did not"
    )
    if trial is None:
        return f"{rule}; there are none yet."
    treated = trial.rows["is_treated"]
    n_treated, n_control = int(treated.sum()), int((~treated).sum())
    cells = trial.rows.groupby(["is_treated", "retention"]).size()
    smallest = int(cells.min()) if len(cells) == 4 else 0
    if min(n_treated, n_control) >= FEWEST and smallest >= FEWEST_OF_EACH:
        return None
    return (
        f"{rule}; so far there are {number(n_treated)} and {number(n_control)}, with at least "
        f"{counted(smallest, 'customers')} of each kind."
    )


_KEPT = ["customer_id", "campaign_id", "is_treated", "chance", RISK, "save", "retention", "profit"]


def _of_campaign(run: ShopRun, plan: CampaignPlan) -> pd.DataFrame:
    """The scored members of one campaign in strata that still hold both groups, with features as of the
    scores that the list was made from."""
    members = campaign_members(run.store, plan.campaign_id)
    is_control = members["arm"] == CONTROL
    left_alone = members[is_control].groupby("stratum")["probability_of_assignment"].first()
    members["chance"] = 1 - members["stratum"].map(left_alone)
    treated = (~is_control).groupby(members["stratum"]).transform("mean")
    members = members[(treated > 0) & (treated < 1)]
    if members.empty:
        return members
    known = build_snapshots(
        run.store,
        [plan.as_of],
        plan.horizon,
        run.config.min_orders,
        labelled=False,
        threads=run.settings.threads,
    ).to_pandas()
    measured = member_outcomes(
        run.store, members, plan.ends_at, run.config.roi.gross_margin, run.settings.threads
    )
    measured["is_treated"] = measured["arm"] != CONTROL
    measured["save"] = measured["clv"]  # of a campaign of an earlier version
    if "profit_of_a_save" in measured:
        measured["save"] = measured["profit_of_a_save"].astype(float).fillna(measured["clv"])
    return measured.merge(known.drop(columns="cutoff"), on="customer_id", validate="one_to_one")
