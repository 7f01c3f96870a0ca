"""The tables that can be exported, as data frames: scores, features with predictions, snapshots, target
lists."""

import pandas as pd

from churn_pipeline.campaigns.assignment.suppression import must_be_left_alone
from churn_pipeline.core.enums import TargetList
from churn_pipeline.shop.run import ShopRun

PREDICTIONS = ("churn_probability", "risk_tier", "clv", "money_at_risk")
CONTACT = ("name", "email", "phone")


def scores_table(run: ShopRun) -> pd.DataFrame:
    """customer_scores, with the reasons in words beside the structured ones."""
    scores = run.store.read("customer_scores")
    reasons = [
        None if factors is None else [factor["reason"] for factor in factors]
        for factors in scores["top_risk_factors"]
    ]
    scores.insert(list(scores.columns).index("top_risk_factors"), "reasons", reasons)
    return scores


def features_table(run: ShopRun) -> pd.DataFrame:
    """customer_features, and at the end what was predicted from them."""
    scores = run.store.read("customer_scores", ["customer_id", *PREDICTIONS])
    return run.store.read("customer_features").merge(
        scores, on="customer_id", how="left", validate="one_to_one"
    )


def snapshots_table(run: ShopRun) -> pd.DataFrame:
    """training_snapshots: features at past cutoffs, and whether the customer churned."""
    return run.store.read("training_snapshots")


def target_list_table(run: ShopRun, which: TargetList) -> tuple[pd.DataFrame, int]:
    """One of the target lists with contact details, where the shop's files have them; and how many are left
    out because they must not be contacted."""
    table = run.store.read("target_lists")
    whole = table[table["list"] == which].reset_index(drop=True)
    allowed = whole[~must_be_left_alone(whole["customer_id"], run.store)]
    return _list_columns(with_contacts(run, allowed.reset_index(drop=True))), len(whole) - len(allowed)


def _list_columns(listed: pd.DataFrame) -> pd.DataFrame:
    """What a list shows, in its order."""
    return pd.DataFrame(
        {
            "list": listed["list"],
            "rank": listed["rank"],
            "customer_id": listed["customer_id"],
            "name": listed["name"],
            "first_name": listed["first_name"],
            "last_name": listed["last_name"],
            "email": listed["email"],
            "phone": listed["phone"],
            "segment": listed["segment"],
            "churn_probability": listed["churn_probability"],
            "return_probability": listed["return_probability"],
            "clv": listed["clv"],
            "money_at_risk": listed["money_at_risk"],
            "expected_profit": listed["expected_profit"],
            "last_order_on": listed["last_order_at"].dt.strftime("%Y-%m-%d"),
            "days_since_last_order": listed["days_since_last_order"].round().astype("int64"),
            "orders": listed["orders"],
            "reasons": listed["reasons"],
            "action": listed["action"],
            "offer": listed["offer"],
            "discount_percent": listed["discount_percent"],
            "subject": listed["subject"],
            "message": listed["message"],
            "products": listed["products"],
            "valid_until": listed["expires_at"].dt.strftime("%Y-%m-%d"),
            "tag": "churn_" + listed["list"],
        }
    )


def with_contacts(run: ShopRun, listed: pd.DataFrame) -> pd.DataFrame:
    """A list (customer_id) with name, first_name, last_name, email and phone, null where the shop's files
    hold none; the only place where they are joined."""
    joined = listed.merge(_contacts(run), on="customer_id", how="left", validate="many_to_one")
    first, last = _parts_of_names(joined["name"])
    return joined.assign(first_name=pd.Series(first, dtype=object), last_name=pd.Series(last, dtype=object))


def _contacts(run: ShopRun) -> pd.DataFrame:
    if not run.store.exists("contacts"):
        return pd.DataFrame(columns=["customer_id", *CONTACT], dtype=str)
    return run.store.read("contacts", ["customer_id", *CONTACT])


def _parts_of_names(names: pd.Series) -> tuple[list[str | None], list[str | None]]:
    """First and last names: 'Lee, Ann' and 'Ann Lee' alike; a single word is a first name."""
    parts = [_parts(name) if isinstance(name, str) else (None, None) for name in names]
    return [first for first, _ in parts], [last for _, last in parts]


def _parts(name: str) -> tuple[str | None, str | None]:
    last, comma, first = (part.strip() for part in name.partition(","))
    if not comma:
        first, _, last = (part.strip() for part in name.strip().rpartition(" "))
        first, last = (first, last) if first else (last, "")
    return first or None, last or None
