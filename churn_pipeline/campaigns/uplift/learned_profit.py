"""What contacting is expected to bring where campaigns have taught whom it changes."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from churn_pipeline.campaigns.uplift.learners import Floats
from churn_pipeline.core.documents.uplift import Uplift
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.tables import CUSTOMER_UPLIFT
from churn_pipeline.insights.money.campaign import Campaign, Terms, expected_profit

DOCUMENT = "uplift"


@dataclass(frozen=True)
class LearnedEffects:
    """effect: customer_id -> change of the chance of an order by contacting, as past campaigns did.

    kept_share: of those who would have left, those whom these campaigns kept, all together."""

    effect: pd.Series
    kept_share: float


def learned_effects_in_use(store: ShopStore) -> LearnedEffects | None:
    """What lists are ranked by; None where no learner was ahead of risk x value on held-out customers, or
    campaigns kept nobody on average."""
    found = kept_uplift(store)
    if found is None or not found.used or not found.kept_share or found.kept_share <= 0:
        return None
    table = store.read(CUSTOMER_UPLIFT.name, ["customer_id", "effect"])
    return LearnedEffects(table.set_index("customer_id")["effect"], found.kept_share)


def kept_uplift(store: ShopStore) -> Uplift | None:
    """The document of the newest run; None before the first."""
    return Uplift.model_validate(store.document(DOCUMENT)) if store.has_document(DOCUMENT) else None


def with_learned_effects(
    profit: Floats, customers: pd.Series, terms: Terms, campaign: Campaign, learned: LearnedEffects | None
) -> Floats:
    """Expected profit of contacting each customer (currency), with the learned effect in place of churn
    probability x success rate where there is one; customers: their ids; profit: as expected without."""
    if learned is None:
        return profit
    effect = learned_effect(customers, campaign, learned)
    nobody_kept = expected_profit(terms, replace(campaign, success_rate=0.0))
    return np.where(np.isnan(effect), profit, nobody_kept + effect * terms.of_a_save)


def learned_effect(customers: pd.Series, campaign: Campaign, learned: LearnedEffects) -> Floats:
    """The change of the chance of an order by contacting each customer (their ids), NaN where unknown. An
    offer that is expected to keep twice the share that past campaigns kept changes twice as much."""
    known = customers.map(learned.effect).to_numpy(np.float64)
    return np.asarray(known * campaign.success_rate / learned.kept_share)
