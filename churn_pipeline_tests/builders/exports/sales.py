"""The history behind every export: sale lines of invented customers, with everything that a shop system knows
about them."""

import numpy as np
import pandas as pd

_FIRST = (
    "Anna",
    "Ben",
    "Chloé",
    "David",
    "Eva",
    "Farid",
    "Grace",
    "Hugo",
    "Inés",
    "Jonas",
    "Kim",
    "Lena",
    "Marco",
    "Nora",
)
_LAST = (
    "Müller",
    "Smith",
    "Dubois",
    "García",
    "Rossi",
    "Novák",
    "Jensen",
    "O'Brien",
    "Kowalski",
    "Silva",
    "Yılmaz",
    "Berg",
)
_CITIES = ("Leeds", "Bremen", "Lyon", "Porto", "Parma", "Gent")
_GOODS = ("Tea", "Mug", "Scarf", "Lamp", "Soap", "Candle", "Notebook", "Honey", "Basket", "Plate")


def sale_lines(customers: int = 130, seed: int = 1) -> pd.DataFrame:
    """One row per sale line, oldest first: about ten orders a customer over 400 days, one to four lines an
    order.

    Columns: order, line, customer (int); ts, born, shipped (times); product, qty (int); price, discount,
        total (line), order_total (float); first, last, email, phone, city, postcode (text)."""
    rng = np.random.default_rng(seed)
    orders = pd.DataFrame(
        {"customer": rng.choice(customers, customers * 10, p=rng.dirichlet(np.full(customers, 2.0)))}
    )
    seconds = np.sort(rng.integers(0, 400 * 86400, len(orders)))
    orders["ts"] = pd.Timestamp("2023-03-01") + pd.to_timedelta(seconds, unit="s")
    orders["order"] = 10_452 + np.arange(len(orders))
    orders["shipped"] = orders.ts + pd.to_timedelta(rng.integers(20, 120, len(orders)), unit="h")
    lines = orders.loc[
        orders.index.repeat(rng.choice([1, 2, 3, 4], len(orders), p=[0.5, 0.25, 0.15, 0.1]))
    ].reset_index(drop=True)
    lines["line"] = lines.groupby("order").cumcount() + 1
    lines["product"] = rng.integers(0, 40, len(lines))
    lines["qty"] = rng.choice([1, 2, 3, 4, 6], len(lines), p=[0.6, 0.2, 0.1, 0.06, 0.04])
    lines["price"] = np.round(rng.gamma(3.0, 9.0, 40) + 2.45, 2)[lines["product"]]
    lines["discount"] = np.where(
        rng.random(len(lines)) < 0.15, np.round(lines.qty * lines.price * 0.1, 2), 0.0
    )
    lines["total"] = np.round(lines.qty * lines.price - lines.discount, 2)
    lines["order_total"] = np.round(lines.groupby("order").total.transform("sum"), 2)
    return _with_people(lines, customers, rng)


def _with_people(lines: pd.DataFrame, customers: int, rng: np.random.Generator) -> pd.DataFrame:
    people = pd.DataFrame(
        {
            "first": rng.choice(_FIRST, customers),
            "last": rng.choice(_LAST, customers),
            "born": pd.Timestamp("1950-01-01")
            + pd.to_timedelta(rng.integers(0, 50 * 365, customers), unit="D"),
            "phone": [f"+44 20 7946 {n:04d}" for n in rng.integers(0, 10_000, customers)],
            "city": rng.choice(_CITIES, customers),
            "postcode": [f"{n:05d}" for n in rng.integers(1_000, 99_999, customers)],
            "email": [f"person{n:04d}@example.org" for n in range(customers)],
        }
    )
    return lines.join(people, on="customer")


def goods(product: pd.Series) -> pd.Series:
    """Names of the products."""
    return product.map(lambda p: f"{_GOODS[p % len(_GOODS)]} {'small' if p % 3 else 'large'} no. {p}")


def kinds(product: pd.Series) -> pd.Series:
    """Names of the products' categories."""
    return product.map(lambda p: ("Kitchen", "Home", "Gifts", "Food")[p % 4])


def orders_of(lines: pd.DataFrame) -> pd.DataFrame:
    """One row per order: the first line's, with the number of items."""
    items = lines.groupby("order").qty.sum()
    return lines.drop_duplicates("order").assign(items=lambda d: d.order.map(items)).reset_index(drop=True)
