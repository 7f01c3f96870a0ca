"""The members of a campaign as they are kept: arms, chances and what was known then; the treated with their
messages."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd

from churn_pipeline.campaigns.assignment.membership import Membership
from churn_pipeline.campaigns.assignment.offers import Offer
from churn_pipeline.campaigns.assignment.strata import CONTROL
from churn_pipeline.campaigns.target_lists import offer_messages
from churn_pipeline.core.tables import CAMPAIGN_MEMBERS


def member_rows(
    campaign_id: str,
    dates: tuple[datetime, datetime],
    available: pd.DataFrame,
    found: Membership,
    offers: Sequence[Offer],
    profit: np.ndarray,
    of_a_save: np.ndarray,
    about: pd.DataFrame,
    bought: pd.DataFrame,
) -> pd.DataFrame:
    """Rows of CAMPAIGN_MEMBERS.

    dates: start and end; available: the candidates; profit and of_a_save: (candidates, offers); about:
    `target_lists.described_customers`; bought: `complements.bought_products`."""
    chosen = available.iloc[found.members].reset_index(drop=True)
    arms, is_control = [offer.arm for offer in offers], found.drawn.arm == CONTROL
    position = np.array([0 if arm == CONTROL else arms.index(arm) for arm in found.drawn.arm])
    rows = pd.DataFrame(
        {
            "campaign_id": campaign_id,
            "customer_id": chosen["customer_id"],
            "arm": found.drawn.arm,
            "stratum": found.stratum,
            "probability_of_assignment": found.drawn.probability,
            "assigned_at": pd.Timestamp(dates[0]),
            "ends_at": pd.Timestamp(dates[1]),
            "segment": chosen["segment"].astype(str),
            "churn_probability": chosen["churn_probability"],
            "clv": chosen["clv"],
            "expected_profit": profit[found.members, position],
            "profit_of_a_save": of_a_save[found.members, position],
            "discount_percent": [offers[k].action.discount_percent for k in position],
            "contact_cost": [offers[k].campaign.contact_cost for k in position],
        }
    )
    rows.loc[is_control, ["discount_percent", "contact_cost"]] = np.nan
    rows = rows.merge(
        about[["customer_id", "reasons", "main_factor", "last_order_at"]],
        on="customer_id",
        how="left",
        validate="one_to_one",
    )
    told = [_told(rows[rows["arm"] == offer.arm], offer, bought, dates[0]) for offer in offers]
    rows = rows.merge(pd.concat(told, ignore_index=True), on="customer_id", how="left")
    return rows[CAMPAIGN_MEMBERS.schema.names]


def _told(treated: pd.DataFrame, offer: Offer, bought: pd.DataFrame, starts_at: datetime) -> pd.DataFrame:
    """What each treated customer of an offer is told; the offer's days count from the start."""
    listed = treated.assign(as_of=pd.Timestamp(starts_at)).reset_index(drop=True)
    texts = offer_messages(listed, offer.action, bought)[
        ["offer", "subject", "message", "products", "expires_at"]
    ]
    return pd.concat([listed[["customer_id"]], texts], axis=1)
