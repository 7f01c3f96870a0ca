"""Three generated shops: a coffee shop with a loyalty card, an online shop, a subscription box. Files look
like real exports do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from churn_pipeline.core.store import replacing
from churn_pipeline.samples.baskets import Range, draw_lines
from churn_pipeline.samples.behaviour import Behaviour, draw_orders, draw_population


@dataclass(frozen=True)
class DemoShop:
    """A generated shop: its behaviour, what it sells, opening hours, how ids look, and the columns of its
    export."""

    name: str
    seed: int
    behaviour: Behaviour
    range: Range
    opening_hours: tuple[int, int]
    customer_id: str
    export: Callable[[pd.DataFrame], pd.DataFrame]

    @property
    def file_name(self) -> str:
        return f"{self.name}.csv"

    @property
    def data_end(self) -> pd.Timestamp:
        """First instant that the file does not cover."""
        return pd.Timestamp(self.behaviour.start) + pd.Timedelta(days=self.behaviour.days)


@dataclass(frozen=True)
class Simulation:
    """The truth behind a demo shop.

    lines: customer_id, order_id, ts, product, category, quantity, discount, amount, sorted by time; those at
        or after the shop's `data_end` are its future and not in its file. customers: customer_id, joined_at,
        dropped_out_at (which may lie in the future)."""

    lines: pd.DataFrame
    customers: pd.DataFrame


def simulate_demo_shop(shop: DemoShop) -> Simulation:
    """The shop's lines, future ones included, and the true drop-out time of every customer. Same shop, same
    simulation."""
    rng = np.random.Generator(np.random.PCG64(shop.seed))
    people = draw_population(shop.behaviour, rng)
    orders = draw_orders(shop.behaviour, people, rng)
    lines = draw_lines(shop.range, orders, people, rng)
    start = pd.Timestamp(shop.behaviour.start)
    opens, closes = shop.opening_hours
    moment = rng.integers(opens * 3600, closes * 3600, len(orders))
    ids = np.array(
        [shop.customer_id.format(number) for number in rng.permutation(shop.behaviour.customers) + 10_001]
    )
    category, product, _ = (np.array(column) for column in zip(*shop.range.products, strict=True))
    ts = start + pd.to_timedelta(lines.day * 86400 + moment[lines.order], unit="s")
    ledger = pd.DataFrame(
        {
            "customer_id": ids[lines.customer],
            "order": lines.order,
            "ts": ts,
            "product": product[lines["product"]],
            "category": category[lines["product"]],
            "quantity": lines.quantity,
            "discount": lines.discount,
            "amount": lines.amount,
        }
    ).sort_values(["ts", "order", "product"], kind="stable", ignore_index=True)
    ledger["order"] = 100_001 + pd.factorize(ledger.order)[0]
    customers = pd.DataFrame(
        {
            "customer_id": ids,
            "joined_at": start + _days(people.joined),
            "dropped_out_at": start + _days(np.minimum(people.dropped_out, 36500)),
        }
    )
    return Simulation(
        ledger.rename(columns={"order": "order_id"}), customers.sort_values("customer_id", ignore_index=True)
    )


def write_demo_shop(shop: DemoShop, path: Path) -> None:
    """Writes the shop's export as CSV: what is known at its data end."""
    lines = simulate_demo_shop(shop).lines
    with replacing(path) as part:
        shop.export(lines[lines.ts < shop.data_end]).to_csv(
            part, index=False, lineterminator="\n", float_format="%.2f"
        )


def _days(values: np.ndarray) -> pd.TimedeltaIndex:
    return pd.to_timedelta(np.round(values * 86400), unit="s")


def _till_export(lines: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "card_number": lines.customer_id,
            "receipt_no": lines.order_id,
            "purchased_at": lines.ts.dt.strftime("%Y-%m-%d %H:%M"),
            "item": lines["product"],
            "item_group": lines.category,
            "qty": lines.quantity,
            "discount": lines.discount,
            "paid": lines.amount,
        }
    )


def _web_shop_export(lines: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "order_id": "W" + lines.order_id.astype(str),
            "user_id": lines.customer_id,
            "order_date": lines.ts.dt.strftime("%Y-%m-%dT%H:%M:%S"),
            "product_name": lines["product"],
            "product_category": lines.category,
            "quantity": lines.quantity,
            "discount_amount": lines.discount,
            "total_price": lines.amount,
        }
    )


def _billing_export(lines: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "subscriber_id": lines.customer_id,
            "payment_date": lines.ts.dt.strftime("%d.%m.%Y"),
            "plan": lines["product"],
            "amount_eur": lines.amount,
        }
    )


COFFEE_SHOP = DemoShop(
    name="coffee_shop_demo",
    seed=1101,
    behaviour=Behaviour(
        start=date(2024, 1, 1),
        days=548,
        customers=900,
        opening_share=0.4,
        mean_gap=8.0,
        rate_shape=1.4,
        regularity=1.0,
        skip_probability=0.0,
        mean_lifetime=220.0,
        hazard_shape=1.2,
        fade_days=28.0,
        yearly_wave=0.12,
        peak_day_of_year=15,
        christmas=0.25,
        weekdays=(1.1, 1.1, 1.1, 1.1, 1.3, 0.9, 0.5),
    ),
    range=Range(
        products=(
            ("Coffee", "Flat White", 3.8),
            ("Coffee", "Cappuccino", 3.6),
            ("Coffee", "Espresso", 2.4),
            ("Coffee", "Latte", 4.1),
            ("Coffee", "Filter Coffee", 2.9),
            ("Coffee", "Cold Brew", 4.4),
            ("Tea", "Earl Grey", 3.1),
            ("Tea", "Chai Latte", 4.2),
            ("Tea", "Mint Tea", 3.0),
            ("Pastry", "Croissant", 2.6),
            ("Pastry", "Cinnamon Roll", 3.4),
            ("Pastry", "Banana Bread", 3.2),
            ("Lunch", "Cheese Sandwich", 6.4),
            ("Lunch", "Soup of the Day", 7.2),
            ("Lunch", "Quiche", 6.9),
            ("Beans", "House Blend 250 g", 9.5),
            ("Beans", "Single Origin 250 g", 13.0),
        ),
        habit=0.5,
        extra_lines=0.6,
        extra_quantity=0.12,
        discount_probability=0.12,
        return_probability=0.004,
        return_days=(0, 3),
    ),
    opening_hours=(7, 18),
    customer_id="LC-{:05d}",
    export=_till_export,
)

ECOMMERCE = DemoShop(
    name="ecommerce_demo",
    seed=1102,
    behaviour=Behaviour(
        start=date(2023, 1, 1),
        days=730,
        customers=4000,
        opening_share=0.3,
        mean_gap=55.0,
        rate_shape=1.1,
        regularity=1.0,
        skip_probability=0.0,
        mean_lifetime=300.0,
        hazard_shape=1.0,
        fade_days=60.0,
        yearly_wave=0.15,
        peak_day_of_year=330,
        christmas=0.6,
        weekdays=(1.0, 0.9, 0.9, 0.9, 0.9, 1.1, 1.4),
    ),
    range=Range(
        products=(
            ("Kitchen", "Chef's Knife", 59.0),
            ("Kitchen", "Cast Iron Pan", 45.0),
            ("Kitchen", "Chopping Board", 24.9),
            ("Kitchen", "Storage Jars", 18.5),
            ("Kitchen", "Tea Towels", 12.0),
            ("Living", "Wool Blanket", 79.0),
            ("Living", "Cushion", 22.5),
            ("Living", "Candle", 14.9),
            ("Living", "Table Lamp", 64.0),
            ("Garden", "Secateurs", 29.9),
            ("Garden", "Plant Pot", 16.0),
            ("Garden", "Seed Box", 9.9),
            ("Stationery", "Notebook", 11.5),
            ("Stationery", "Fountain Pen", 34.0),
            ("Stationery", "Wall Calendar", 15.0),
            ("Bath", "Towel Set", 39.0),
            ("Bath", "Soap Trio", 13.5),
        ),
        habit=0.1,
        extra_lines=0.8,
        extra_quantity=0.25,
        discount_probability=0.14,
        return_probability=0.05,
        return_days=(4, 24),
    ),
    opening_hours=(0, 24),
    customer_id="{:d}",
    export=_web_shop_export,
)

SUBSCRIPTION = DemoShop(
    name="subscription_demo",
    seed=1103,
    behaviour=Behaviour(
        start=date(2023, 1, 1),
        days=850,
        customers=3000,
        opening_share=0.25,
        mean_gap=30.0,
        rate_shape=60.0,
        regularity=80.0,
        skip_probability=0.06,
        mean_lifetime=330.0,
        hazard_shape=1.5,
        fade_days=75.0,
        yearly_wave=0.0,
        peak_day_of_year=1,
        christmas=0.0,
        weekdays=(1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
    ),
    range=Range(
        products=(("Box", "Classic Box", 24.9), ("Box", "Small Box", 14.9), ("Box", "Family Box", 39.9)),
        habit=0.98,
        extra_lines=0.0,
        extra_quantity=0.0,
        discount_probability=0.1,
        return_probability=0.01,
        return_days=(3, 14),
    ),
    opening_hours=(0, 24),
    customer_id="SUB{:06d}",
    export=_billing_export,
)

DEMO_SHOPS: dict[str, DemoShop] = {shop.name: shop for shop in (COFFEE_SHOP, ECOMMERCE, SUBSCRIPTION)}
