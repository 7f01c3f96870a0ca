"""Campaigns whose effect is known, for tests of how it is measured."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from churn_pipeline.campaigns.measurement.rates import StratumCounts
from churn_pipeline.shop.run import ShopRun


@dataclass(frozen=True)
class KnownCampaign:
    """Per customer: stratum, is_treated, retained (0/1), money (skewed), known (covariates from before);
    effects: of retention and of money, the strata weighted by their customers."""

    stratum: np.ndarray
    is_treated: np.ndarray
    retained: np.ndarray
    money: np.ndarray
    known: np.ndarray
    retention_effect: float
    money_effect: float

    def counts(self) -> StratumCounts:
        """Of those retained."""
        return counts_of(self.stratum, self.is_treated, self.retained)


def counts_of(stratum: np.ndarray, is_treated: np.ndarray, happened: np.ndarray) -> StratumCounts:
    strata = stratum.max() + 1
    n1, n0 = (np.bincount(stratum[is_treated == arm], minlength=strata) for arm in (True, False))
    x1, x0 = (
        np.bincount(stratum[(is_treated == arm) & (happened > 0)], minlength=strata) for arm in (True, False)
    )
    return StratumCounts(n1, x1, n0, x0)


def known_campaign(
    rng: np.random.Generator,
    sizes: tuple[int, ...] = (60, 150, 300, 490),
    share: float = 0.2,
    saved: float = 0.3,
) -> KnownCampaign:
    """Strata of different churn (60 % to 15 %) in each of which `share` are left alone; a treated would-be
    churner stays with the chance `saved`. Money is lognormal where a customer stays, and follows the past."""
    stratum = np.repeat(np.arange(len(sizes)), sizes)
    churn = np.linspace(0.6, 0.15, len(sizes))[stratum]
    lot = rng.random(len(stratum))
    rank = np.concatenate([np.argsort(np.argsort(lot[stratum == s])) for s in range(len(sizes))])
    is_treated = rank >= np.round(share * np.array(sizes))[stratum]
    stays = rng.random(len(stratum)) > churn
    kept = stays | (is_treated & (rng.random(len(stratum)) < saved))
    past = rng.lognormal(3, 0.6, len(stratum))
    money = kept * past * rng.lognormal(0, 0.4, len(stratum))
    mean_past, mean_noise = float(np.exp(3 + 0.18)), float(np.exp(0.08))
    effect = float((churn * saved).mean())
    return KnownCampaign(
        stratum,
        is_treated,
        kept.astype(float),
        money,
        np.column_stack([past, churn]),
        effect,
        effect * mean_past * mean_noise,
    )


def deliver_orders(
    run: ShopRun, members: pd.DataFrame, orders: np.ndarray, first: datetime, amount: float
) -> None:
    """Adds to the ledger as many orders of each member as told, an hour apart from `first` on."""
    ledger = run.store.read("transactions")
    customers = np.repeat(members["customer_id"].to_numpy(object), orders.astype(int))
    turn = np.concatenate([np.arange(n) for n in orders.astype(int)])
    rows = ledger.iloc[np.zeros(len(customers), int)].assign(
        customer_id=customers,
        order_id=[
            f"after {first:%Y%m%d} {customer} {k}" for customer, k in zip(customers, turn, strict=True)
        ],
        ts=pd.Timestamp(first) + pd.to_timedelta(turn, unit="h"),
        amount=amount,
        quantity=1,
        is_return=False,
    )
    run.store.write("transactions", pd.concat([ledger, rows], ignore_index=True), "later")
