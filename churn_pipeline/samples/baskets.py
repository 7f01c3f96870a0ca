"""What is in a simulated order: products by taste, prices, quantities, discounts, and what is brought back.

Every customer has a favourite category; how often others are bought grows with the breadth of taste. Within a
category products are bought by a Zipf law, or, with probability `habit`, the customer takes the usual one.
Prices rise by 3 % a year. Every sixth week is a campaign; bargain hunters get discounts more often, and so do
fading customers, whose baskets shrink. A returned line comes back some days later with negative quantity and
amount."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from churn_pipeline.samples.behaviour import Population

YEARLY_INFLATION = 0.03
DISCOUNT_PERCENTS = np.array([10, 15, 20, 25])


@dataclass(frozen=True)
class Range:
    """What a shop sells and how: products as (category, product, price), and the habits of its customers."""

    products: tuple[tuple[str, str, float], ...]
    habit: float
    extra_lines: float
    extra_quantity: float
    discount_probability: float
    return_probability: float
    return_days: tuple[int, int]


def draw_lines(
    shop_range: Range, orders: pd.DataFrame, people: Population, rng: np.random.Generator
) -> pd.DataFrame:
    """One row per order line and per return: order (index of `orders`), customer, day, product (index),
    quantity, discount, amount."""
    lines_per_order = 1 + rng.poisson(
        shop_range.extra_lines * (0.4 + 1.2 * people.breadth[orders.customer]) * (1 - 0.6 * orders.fading)
    )
    order = np.repeat(orders.index.to_numpy(), lines_per_order)
    customer, day = orders.customer.to_numpy()[order], orders.day.to_numpy()[order]
    product = _draw_products(shop_range, customer, people, rng)
    quantity = 1 + rng.poisson(shop_range.extra_quantity, len(order))
    price = np.array([p for _, _, p in shop_range.products])[product] * (1 + YEARLY_INFLATION * (day // 365))
    gross = np.round(np.round(price, 2) * quantity, 2)
    percent = _draw_discounts(shop_range, order, orders, people, rng)
    discount = np.round(gross * percent / 100, 2)
    lines = pd.DataFrame(
        {
            "order": order,
            "customer": customer,
            "day": day,
            "product": product,
            "quantity": quantity,
            "discount": discount,
            "amount": np.round(gross - discount, 2),
        }
    )
    returned = lines[rng.random(len(lines)) < shop_range.return_probability]
    low, high = shop_range.return_days
    returned = returned.assign(
        day=returned.day + rng.integers(low, high + 1, len(returned)),
        quantity=-returned.quantity,
        amount=-returned.amount,
        discount=0.0,
    )
    return pd.concat([lines, returned], ignore_index=True)


def _draw_products(
    shop_range: Range, customer: np.ndarray, people: Population, rng: np.random.Generator
) -> np.ndarray:
    category_of = pd.Series([c for c, _, _ in shop_range.products])
    categories = category_of.unique()
    favourite = rng.integers(0, len(categories), len(people.rate))[customer]
    elsewhere = rng.random(len(customer)) < 0.8 * people.breadth[customer]
    chosen = np.where(elsewhere, rng.integers(0, len(categories), len(customer)), favourite)
    product = np.empty(len(customer), dtype=int)
    for number, category in enumerate(categories):
        offered = np.flatnonzero(category_of == category)
        popularity = 1 / np.arange(1, len(offered) + 1)
        mine = chosen == number
        usual = rng.choice(offered, len(people.rate), p=popularity / popularity.sum())
        now = rng.choice(offered, mine.sum(), p=popularity / popularity.sum())
        product[mine] = np.where(rng.random(mine.sum()) < shop_range.habit, usual[customer[mine]], now)
    return product


def _draw_discounts(
    shop_range: Range, order: np.ndarray, orders: pd.DataFrame, people: Population, rng: np.random.Generator
) -> np.ndarray:
    """Percent off per line; a discount holds for the whole order."""
    campaign = (orders.day // 7 % 6 == 0).to_numpy()
    appetite = people.bargain[orders.customer] * (1 + orders.fading.to_numpy())
    probability = shop_range.discount_probability * appetite * np.where(campaign, 8.0, 2.0)
    percent = np.where(rng.random(len(orders)) < probability, rng.choice(DISCOUNT_PERCENTS, len(orders)), 0)
    return percent[order]
