"""Whom to contact, with what, and why: the lists of customers that a campaign is started from.

No one is held out yet, and no contact details are in here: those are joined when a list is exported."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from churn_pipeline.campaigns.uplift.learned_profit import (
    LearnedEffects,
    learned_effects_in_use,
    with_learned_effects,
)
from churn_pipeline.core.enums import Segment, Status, TargetList
from churn_pipeline.core.tables import TARGET_LISTS
from churn_pipeline.core.wording import counted
from churn_pipeline.insights.actions.choice import contactable_customers
from churn_pipeline.insights.actions.complements import (
    complementary_products,
    product_labels,
    products_bought,
)
from churn_pipeline.insights.actions.messages import compose
from churn_pipeline.insights.money.campaign import (
    Campaign,
    campaign_terms,
    expected_profit,
    simulate,
)
from churn_pipeline.insights.money.discount_depth import at_depth
from churn_pipeline.insights.money.economics import customer_economics, scored_customers, shop_campaign
from churn_pipeline.insights.money.measured_rates import MeasuredRate, measured_rate
from churn_pipeline.insights.money.response import response_curve
from churn_pipeline.shop.actions import STANDARD_ACTIONS, RetentionAction
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.run import ShopRun

MOST_REASONS = 3
_POINTS = re.compile(r" \([+-]\d+\.\d+\)$")  # how far a reason moves the probability, at its end


def shop_target_lists(run: ShopRun) -> pd.DataFrame:
    """The table target_lists, from the shop's scores, values, scenarios and recommended actions."""
    scores, value, scenarios, actions = (
        run.store.read(name)
        for name in ("customer_scores", "customer_value", "roi_scenarios", "recommended_actions")
    )
    bought = products_bought(run, scores["as_of"].max())
    measured, learned = measured_rate(run.store), learned_effects_in_use(run.store)
    return target_lists(scores, value, scenarios, actions, bought, run.config, measured, learned)


def target_lists(
    scores: pd.DataFrame,
    value: pd.DataFrame,
    scenarios: pd.DataFrame,
    actions: pd.DataFrame,
    bought: pd.DataFrame,
    config: ShopConfig,
    measured: MeasuredRate | None = None,
    learned: LearnedEffects | None = None,
) -> pd.DataFrame:
    """The TARGET_LISTS table from the tables customer_scores, customer_value, roi_scenarios and
    recommended_actions, and `complements.bought_products`.

    Where no campaign pays, the list `recommended` is empty. With learned effects it is as long as without,
    less whoever they expect a loss of, and ranked by them."""
    about = described_customers(scores, value)
    labels = product_labels(bought)
    offers = _with_offers(actions, labels, config)
    high = scores.loc[scores["risk_tier"] == "high", ["customer_id"]].merge(offers, how="left")
    lists = {
        TargetList.RECOMMENDED: _recommended(
            scores, value, scenarios, about, bought, config, measured, learned
        ),
        TargetList.HIGH_RISK: about.merge(high, on="customer_id").sort_values(
            ["clv", "customer_id"], ascending=[False, True]
        ),
        TargetList.WIN_BACK: _worth_an_offer(about, Segment.LAPSED, offers),
        TargetList.SECOND_ORDER: _worth_an_offer(about, Segment.NEW, offers),
    }
    ranked = [rows.assign(list=str(name), rank=np.arange(1, len(rows) + 1)) for name, rows in lists.items()]
    table = pd.concat(ranked, ignore_index=True)
    table["products"] = [products if isinstance(products, list) else [] for products in table["products"]]
    return table[TARGET_LISTS.schema.names]


def _worth_an_offer(about: pd.DataFrame, segment: Segment, offers: pd.DataFrame) -> pd.DataFrame:
    """The customers of a segment for whom an action pays, the most profitable first."""
    listed = about[about["segment"] == segment].merge(offers, on="customer_id")
    return listed.sort_values(["expected_profit", "customer_id"], ascending=[False, True])


def described_customers(scores: pd.DataFrame, value: pd.DataFrame) -> pd.DataFrame:
    """What a list says of a customer, whatever the offer: everyone with an order."""
    customers = contactable_customers(scores, value)
    reasons = [
        _reasons(factors) or [_absence(status, orders, days)]
        for factors, status, orders, days in zip(
            *(customers[c] for c in ("top_risk_factors", "status", "orders", "days_since_last_order")),
            strict=True,
        )
    ]
    is_scored = customers["status"] == Status.ELIGIBLE
    return pd.DataFrame(
        {
            "customer_id": customers["customer_id"],
            "as_of": customers["as_of"],
            "segment": customers["segment"].astype(str),
            "churn_probability": customers["churn_probability"].where(is_scored),
            "return_probability": customers["return_probability"],
            "clv": customers["clv"],
            "money_at_risk": customers["money_at_risk"],
            "last_order_at": customers["last_order_at"],
            "days_since_last_order": customers["days_since_last_order"],
            "orders": customers["orders"],
            "reasons": reasons,
            "main_factor": customers["reason"],
        }
    )


def _absence(status: str, orders: int, days: float) -> str:
    """What is said of customers for whom no model gives reasons."""
    ago = counted(round(days), "days")
    return f"No order for {ago}" if status != Status.NEW else f"{counted(orders, 'orders')}, {ago} ago"


def _reasons(factors: object) -> list[str]:
    """The reasons that raise churn, strongest first, as sentences without their points."""
    if not isinstance(factors, list | tuple | np.ndarray):
        return []
    raising = sorted((f for f in factors if f["impact"] > 0), key=lambda f: -f["impact"])
    return [_POINTS.sub("", f["reason"]) for f in raising[:MOST_REASONS]]


def _with_offers(actions: pd.DataFrame, labels: dict[str, str], config: ShopConfig) -> pd.DataFrame:
    """recommended_actions with the offer in words, and products as customers are told."""
    offers = {action.name: action.offer for action in config.actions}
    names = ("customer_id", "expected_profit", "action", "discount_percent", "subject", "message")
    return actions[[*names, "expires_at"]].assign(
        offer=actions["action"].map(offers),
        products=actions["products"].map(lambda products: [labels.get(p, p) for p in products]),
    )


def _recommended(
    scores: pd.DataFrame,
    value: pd.DataFrame,
    scenarios: pd.DataFrame,
    about: pd.DataFrame,
    bought: pd.DataFrame,
    config: ShopConfig,
    measured: MeasuredRate | None,
    learned: LearnedEffects | None,
) -> pd.DataFrame:
    """The customers of the scenario with the star, with its discount and a message."""
    customers = scored_customers(scores, value)
    star = scenarios[scenarios["recommended"]].to_dict("records")
    chosen, profit = np.arange(0), np.empty(0)
    action = _discount_action(config, star[0]["discount_percent"] if star else 0.0)
    if star:
        base = at_depth(
            shop_campaign(config, scores, measured), action.discount_percent, response_curve(config, measured)
        )
        chosen, profit = _chosen(customers, replace(base, targets=int(star[0]["target_count"])), learned)
    listed = pd.DataFrame(
        {"customer_id": customers["customer_id"].to_numpy()[chosen], "expected_profit": profit}
    )
    listed = about.merge(listed, on="customer_id").sort_values(
        ["expected_profit", "customer_id"], ascending=[False, True], ignore_index=True
    )
    return pd.concat([listed, offer_messages(listed, action, bought)], axis=1)


def _chosen(
    customers: pd.DataFrame, campaign: Campaign, learned: LearnedEffects | None
) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the customers whom the campaign contacts, and the expected profit of each."""
    economics = customer_economics(customers)
    chosen = simulate(economics, campaign).chosen
    terms = campaign_terms(economics, campaign)
    profit = expected_profit(terms, campaign)
    if learned is not None:
        profit = with_learned_effects(profit, customers["customer_id"], terms, campaign, learned)
        best = np.argsort(-profit, kind="stable")[: len(chosen)]
        chosen = np.sort(best[profit[best] > 0])
    return chosen, profit[chosen]


def _discount_action(config: ShopConfig, discount_percent: float) -> RetentionAction:
    """The first discount of the shop's catalogue, at the star's depth."""
    discounts = [action for action in (*config.actions, *STANDARD_ACTIONS) if action.kind == "discount"]
    offer = f"{discount_percent:g} % discount"
    return discounts[0].model_copy(update={"discount_percent": discount_percent, "offer": offer})


def offer_messages(listed: pd.DataFrame, action: RetentionAction, bought: pd.DataFrame) -> pd.DataFrame:
    """The offer's columns for the listed customers, in their order; listed: customer_id, segment,
    main_factor, last_order_at, and as_of, from which the offer's days count."""
    labels = product_labels(bought)
    suggested = complementary_products(bought, listed["customer_id"].tolist())
    rows = []
    for customer, segment, factor, last, as_of in zip(
        listed["customer_id"],
        listed["segment"],
        listed["main_factor"],
        np.asarray(listed["last_order_at"].dt.to_pydatetime()),
        np.asarray(listed["as_of"].dt.to_pydatetime()),
        strict=True,
    ):
        products = [labels[product] for product in suggested[customer]]
        message = compose(action, factor, last, products, as_of, segment)
        rows.append(_offer_row(action, message.subject, message.text, products, message.expires_at))
    return pd.DataFrame(rows, columns=_OFFER_COLUMNS)


_OFFER_COLUMNS = [
    "action",
    "offer",
    "discount_percent",
    "subject",
    "message",
    "products",
    "expires_at",
]


def _offer_row(action: RetentionAction, *told: object) -> tuple[object, ...]:
    return (action.name, action.offer, action.discount_percent, *told)
