"""The table of those whom a campaign contacts, with contact details, reasons, offer and message."""

import pandas as pd

from churn_pipeline.campaigns.assignment.strata import CONTROL
from churn_pipeline.campaigns.assignment.suppression import must_be_left_alone
from churn_pipeline.campaigns.kept_campaigns import campaign_members
from churn_pipeline.reports.tables.exported_tables import with_contacts
from churn_pipeline.shop.run import ShopRun


def campaign_list(run: ShopRun, campaign_id: str) -> tuple[pd.DataFrame, int]:
    """One row per treated customer, the most profitable first, and how many are left out because they came
    onto the do-not-contact list or took back their consent after the lot."""
    members = campaign_members(run.store, campaign_id)
    treated = members[members["arm"] != CONTROL]
    wanted = treated[~must_be_left_alone(treated["customer_id"], run.store)]
    wanted = wanted.sort_values(["expected_profit", "customer_id"], ascending=[False, True])
    wanted = with_contacts(run, wanted.reset_index(drop=True))
    last = run.store.read("customer_scores", ["customer_id", "last_order_at"])
    wanted = wanted.merge(last, on="customer_id", how="left", validate="one_to_one")
    table = pd.DataFrame(
        {
            "campaign": wanted["campaign_id"],
            "arm": wanted["arm"],
            "customer_id": wanted["customer_id"],
            "name": wanted["name"],
            "first_name": wanted["first_name"],
            "last_name": wanted["last_name"],
            "email": wanted["email"],
            "phone": wanted["phone"],
            "segment": wanted["segment"],
            "churn_probability": wanted["churn_probability"],
            "clv": wanted["clv"],
            "expected_profit": wanted["expected_profit"],
            "last_order_on": wanted["last_order_at"].dt.strftime("%Y-%m-%d"),
            "reasons": wanted["reasons"],
            "offer": wanted["offer"],
            "discount_percent": wanted["discount_percent"],
            "subject": wanted["subject"],
            "message": wanted["message"],
            "products": wanted["products"],
            "valid_until": wanted["expires_at"].dt.strftime("%Y-%m-%d"),
            "tag": "churn_" + wanted["campaign_id"] + "_" + wanted["arm"],
        }
    )
    return table, len(treated) - len(wanted)
