"""Shops whose campaigns have known effects: what every customer would do if left alone, and if contacted
with an offer of any depth.

Customers order as in behaviour.py. Each belongs to one of the four groups that uplift is about (Radcliffe &
Surry 2011), by chance, but bargain hunters are more often persuadable and those who never wait for a discount
more often sleeping dogs; the discount of their rows shows it.

| group | left alone | contacted |
|---|---|---|
| persuadable | silent in that time | orders with the chance response(depth), and goes on for a while |
| persuadable | orders anyway | the same |
| sure, lost | orders, or does not | the same |
| sleeping dog | orders | is driven away for that time with a fixed chance |

response(depth) = top (1 - exp(-depth / saturation)) is concave. Nobody's contact changes what another
does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn_pipeline.samples.behaviour import Behaviour, Population, draw_orders, draw_population

PERSUADABLE, SURE, LOST, SLEEPING_DOG = GROUPS = ("persuadable", "sure", "lost", "sleeping_dog")
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Effects:
    """top, saturation (percent): of the response to a discount; contact_alone: the part of it that an offer
    without a discount has; driven_away: chance of a sleeping dog; stays_days: how long who was won back goes
    on ordering."""

    top: float = 0.8
    saturation: float = 15.0
    contact_alone: float = 0.0
    driven_away: float = 0.3
    stays_days: float = 120.0

    def response(self, depth: npt.ArrayLike) -> Floats:
        """Chance that a silent persuadable customer orders, by the offer's depth in percent."""
        bought = -np.expm1(-np.asarray(depth, np.float64) / self.saturation)
        return np.asarray(self.top * (self.contact_alone + (1 - self.contact_alone) * bought))


@dataclass(frozen=True)
class Contact:
    """Who of a shop was contacted in one campaign: customer_id and depth (percent), from the start for so
    many days."""

    customer_id: npt.NDArray[np.object_]
    depth: Floats
    starts_at: datetime
    days: int
    seed: int = 0


@dataclass(frozen=True)
class KnownShop:
    """people: customer_id, group, order_value, discount_share (how often the customer buys on offer), gap
    (mean days between orders), a row per customer. alone: customer_id and ts of every order if nobody is
    contacted, the future included."""

    behaviour: Behaviour
    effects: Effects
    people: pd.DataFrame
    alone: pd.DataFrame
    seed: int

    @property
    def data_end(self) -> datetime:
        """The midnight after the observed time."""
        return datetime.combine(self.behaviour.start, datetime.min.time()) + timedelta(
            days=self.behaviour.days
        )

    def orders(self, contacts: Sequence[Contact] = ()) -> pd.DataFrame:
        """customer_id and ts of every order, the future included, with the effects of campaigns, in their
        order."""
        orders = self.alone
        for contact in contacts:
            orders = self._with_effects(orders, contact)
        return orders

    def retention_effect(
        self,
        customers: Sequence[str],
        depth: npt.ArrayLike,
        since: datetime,
        days: int,
        before: Sequence[Contact] = (),
    ) -> Floats:
        """The true effect of contacting each on the chance of an order in the time, -1 to 1; before: earlier
        campaigns."""
        group = self.people.set_index("customer_id")["group"].reindex(list(customers)).to_numpy()
        buys = _counted(self.orders(before), customers, since, days) > 0
        won = (group == PERSUADABLE) & ~buys
        driven_away = (group == SLEEPING_DOG) & buys
        return np.asarray(won * self.effects.response(depth) - driven_away * self.effects.driven_away)

    def worth_of_a_save(self, customers: Sequence[str]) -> Floats:
        """What a customer won back spends on average, currency."""
        people = self.people.set_index("customer_id").reindex(list(customers))
        further = np.floor(self.effects.stays_days / people["gap"].to_numpy(np.float64))
        return np.asarray(people["order_value"].to_numpy(np.float64) * (1 + further))

    def rows(self, since: datetime, until: datetime, contacts: Sequence[Contact] = ()) -> pd.DataFrame:
        """What the shop's export of the time holds, with the campaigns' effects: customer_id, order_id, date,
        amount, discount, ordered by date."""
        orders = self.orders(contacts)
        orders = orders[(orders["ts"] >= since) & (orders["ts"] < until)].sort_values(["ts", "customer_id"])
        about = self.people.set_index("customer_id").loc[orders["customer_id"]]
        codes = pd.util.hash_array((orders["customer_id"] + orders["ts"].astype(str)).to_numpy(object))
        chance, luck = (codes % 10_007) / 10_007, 0.7 + 0.6 * ((codes // 10_007) % 1_009) / 1_009
        on_offer = chance < about["discount_share"].to_numpy()
        full = about["order_value"].to_numpy() * luck
        return pd.DataFrame(
            {
                "customer_id": orders["customer_id"].to_numpy(),
                "order_id": [f"{code:016x}" for code in codes],
                "date": orders["ts"].to_numpy(),
                "amount": np.round(full * np.where(on_offer, 0.9, 1.0), 2),
                "discount": np.round(full * np.where(on_offer, 0.1, 0.0), 2),
            }
        )

    def _with_effects(self, orders: pd.DataFrame, contact: Contact) -> pd.DataFrame:
        """The orders changed by one campaign."""
        rng = np.random.default_rng([self.seed, contact.seed])
        people = self.people.set_index("customer_id").reindex(contact.customer_id)
        end = contact.starts_at + timedelta(days=contact.days)
        counted = _counted(orders, contact.customer_id, contact.starts_at, contact.days)
        group, luck = people["group"].to_numpy(), rng.random(len(people))
        won = (group == PERSUADABLE) & (counted == 0) & (luck < self.effects.response(contact.depth))
        away = (group == SLEEPING_DOG) & (luck < self.effects.driven_away)
        gone = orders["customer_id"].isin(contact.customer_id[away]) & orders["ts"].between(
            contact.starts_at, end, inclusive="left"
        )
        first = rng.uniform(0, 0.9 * contact.days, len(people))
        gap = people["gap"].to_numpy(np.float64)
        more = np.where(won, 1 + np.floor(self.effects.stays_days / gap), 0).astype(int)
        turn = np.concatenate([np.arange(n) for n in more]) if more.sum() else np.zeros(0)
        days = np.repeat(first, more) + turn * np.repeat(gap, more)
        added = pd.DataFrame(
            {
                "customer_id": np.repeat(contact.customer_id, more),
                "ts": (pd.Timestamp(contact.starts_at) + pd.to_timedelta(days, unit="D")).floor("s"),
            }
        )
        return pd.concat([orders[~gone], added], ignore_index=True)


def _counted(
    orders: pd.DataFrame, customers: Sequence[str] | npt.NDArray[np.object_], since: datetime, days: int
) -> npt.NDArray[np.int64]:
    """Orders of each customer in the time, shape (customers,)."""
    within = orders[(orders["ts"] >= since) & (orders["ts"] < since + timedelta(days=days))]
    counts = within["customer_id"].value_counts()
    return np.asarray(counts.reindex(list(customers)).fillna(0), dtype=np.int64)


def known_shop(
    behaviour: Behaviour,
    effects: Effects | None = None,
    seed: int = 42,
    shares: Sequence[float] = (0.5, 0.2, 0.2, 0.1),
) -> KnownShop:
    """A shop of that behaviour; shares: of the GROUPS among customers of middling liking for bargains."""
    rng = np.random.default_rng([seed, 1])
    people = draw_population(behaviour, rng)
    ids = np.array([f"K{number:05d}" for number in range(behaviour.customers)], dtype=object)
    drawn = draw_orders(behaviour, people, rng)
    start = pd.Timestamp(datetime.combine(behaviour.start, datetime.min.time()))
    hours = rng.uniform(8, 20, len(drawn))
    alone = pd.DataFrame(
        {
            "customer_id": ids[drawn["customer"].to_numpy()],
            "ts": (start + pd.to_timedelta(drawn["day"].to_numpy() * 24 + hours, unit="h")).floor("s"),
        }
    )
    about = pd.DataFrame(
        {
            "customer_id": ids,
            "group": _groups(people, shares, rng),
            "order_value": np.round(rng.lognormal(3.5, 0.8, len(ids)), 2),
            "discount_share": people.bargain,
            "gap": np.clip(1 / people.rate, 3, 90),
        }
    )
    return KnownShop(behaviour, effects or Effects(), about, alone, seed)


def _groups(people: Population, shares: Sequence[float], rng: np.random.Generator) -> npt.NDArray[np.object_]:
    """Each customer's group: the odds of persuadable rise with the liking for bargains, those of sleeping
    dogs fall."""
    taste = 6 * (people.bargain - 0.29)
    tilt = np.column_stack([taste, 0 * taste, 0 * taste, -taste])
    odds = np.asarray(shares) * np.exp(tilt)
    chances = np.cumsum(odds / odds.sum(axis=1, keepdims=True), axis=1)
    position = (rng.random(len(taste))[:, None] > chances).sum(axis=1)
    return np.array(GROUPS, dtype=object)[np.minimum(position, len(GROUPS) - 1)]
