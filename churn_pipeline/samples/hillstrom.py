"""Hillstrom's e-mail test of 2008: 64,000 customers of a US retailer who had bought within a year; by lot a
third was sent an e-mail with men's goods, a third one with women's goods, a third nothing; visits, purchases
and spend of the two weeks afterwards (Kevin Hillstrom, MineThatData E-Mail Analytics And Data Mining
Challenge, March 2008).

The file is not shipped here and no registry package carries it: `read_hillstrom` reads it by path, and
`simulated_hillstrom` stands in, a simulation with the published rates of each arm and nothing else of the
file, so that what is known of single customers says nothing of them there."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.wording import number

ARM, NOTHING = "segment", "No E-Mail"
KNOWN_BEFORE = ["recency", "history"]
OUTCOMES = ["visit", "conversion", "spend"]
COLUMNS = [
    *("recency", "history_segment", "history", "mens", "womens", "zip_code", "newbie", "channel"),
    *(ARM, *OUTCOMES),
]


@dataclass(frozen=True)
class PublishedArm:
    """Customers of an arm; shares that visited and that bought; spend per customer, USD."""

    customers: int
    visit: float
    conversion: float
    spend: float


PUBLISHED = {
    "Mens E-Mail": PublishedArm(21_307, 0.183, 0.0125, 1.42),
    "Womens E-Mail": PublishedArm(21_387, 0.151, 0.0088, 1.08),
    NOTHING: PublishedArm(21_306, 0.106, 0.0057, 0.65),
}
"""As rounded in publications about the file. Averaged over the arms they give the file's own means as the
documentation of the package pyuplift has them: .1468 visits, .0090 purchases, 1.051 USD."""


def read_hillstrom(path: Path) -> pd.DataFrame:
    """The file's rows, with its columns; segment names the arm. BadInput for a file that is another one."""
    try:
        table = pd.read_csv(path)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise BadInput(f"{path} cannot be read as CSV: {error}; give Hillstrom's e-mail file.") from error
    lacking = [name for name in COLUMNS if name not in table]
    if lacking:
        raise BadInput(f"{path} has no column {lacking[0]!r}; Hillstrom's file has {', '.join(COLUMNS)}.")
    strange = sorted(set(table[ARM].astype(str)) ^ set(PUBLISHED))
    if strange:
        raise BadInput(
            f"{path}, column segment: expected the arms {', '.join(PUBLISHED)}; see {strange[0]!r}."
        )
    wrong = {name: pd.to_numeric(table[name], errors="coerce").isna().sum() for name in OUTCOMES}
    for name, rows in wrong.items():
        if rows:
            raise BadInput(f"{path}, column {name}: {number(int(rows))} rows hold no number.")
    return table


def simulated_hillstrom(seed: int = 42) -> pd.DataFrame:
    """As many customers in each arm as the file has, with its rates: a simulation, not the file."""
    rng = np.random.default_rng(seed)
    parts = [_simulated(arm, published, rng) for arm, published in PUBLISHED.items()]
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def _simulated(arm: str, published: PublishedArm, rng: np.random.Generator) -> pd.DataFrame:
    n = published.customers
    visit = rng.random(n) < published.visit
    bought = visit & (rng.random(n) < published.conversion / published.visit)
    mean = published.spend / published.conversion  # of a buyer
    spend = np.where(bought, np.clip(rng.gamma(1.6, mean / 1.6, n), 1.0, None), 0.0)
    history = np.round(rng.lognormal(5.0, 0.9, n), 2)
    edges = np.array([0, 100, 200, 350, 500, 750, 1000])
    return pd.DataFrame(
        {
            "recency": rng.integers(1, 13, n),
            "history_segment": [f"from {edges[k]} USD" for k in np.searchsorted(edges, history) - 1],
            "history": history,
            "mens": rng.integers(0, 2, n),
            "womens": rng.integers(0, 2, n),
            "zip_code": rng.choice(["Urban", "Surburban", "Rural"], n),
            "newbie": rng.integers(0, 2, n),
            "channel": rng.choice(["Web", "Phone", "Multichannel"], n),
            ARM: arm,
            "visit": visit.astype(int),
            "conversion": bought.astype(int),
            "spend": np.round(spend, 2),
        }
    )
