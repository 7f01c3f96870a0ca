"""One customer with most of the money: told wherever money is told, with what is left without this
customer."""

from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.core.enums import Tier
from churn_pipeline.core.wording import money, percent

DOMINANT = 0.5
"""Share of the past spend, of the CLV or of the money at risk from which a customer is told by name."""


def dominant_customer(scores: pd.DataFrame, currency: str) -> dict[str, Any] | None:
    """customer_id, its shares of spend, CLV and money at risk, both sums without it, and a sentence; None
    where nobody has half.

    scores: customer_scores.
    """
    columns = ["total_spend", "clv", "money_at_risk"]
    amounts = scores[columns].fillna(0.0).clip(lower=0.0).to_numpy(np.float64)
    totals = amounts.sum(axis=0)
    if len(amounts) < 2 or not totals[0] > 0:
        return None
    shares = amounts / np.where(totals > 0, totals, 1.0)
    place = int(shares.max(axis=1).argmax())
    own = dict(zip(columns, shares[place].tolist(), strict=True))
    if max(own.values()) < DOMINANT:
        return None
    customer = str(scores["customer_id"].iloc[place])
    others = scores[np.arange(len(scores)) != place]
    left = {
        "revenue_at_risk_without": float(others.loc[others["risk_tier"] == Tier.HIGH, "clv"].sum()),
        "money_at_risk_without": float(others["money_at_risk"].sum()),
    }
    sentence = (
        f"One customer, {customer}, has {percent(own['total_spend'])} of the money spent so far and "
        f"{percent(own['clv'])} of the CLV: "
        f"without this customer {money(left['money_at_risk_without'], currency)} are at risk."
    )
    told = {"customer_id": customer, **{f"share_of_{name}": share for name, share in own.items()}}
    return told | left | {"sentence": sentence}
