"""The rules a ledger has to meet: read from rules.yaml, which says what each entry means."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from churn_pipeline.core.enums import Severity

REQUIRED_COLUMNS = ("customer_id", "ts", "amount")
LARGEST_AMOUNT = 1e12
SMALLEST_HORIZON = 30
HORIZONS_OF_HISTORY = 3

_RULES = Path(__file__).with_name("rules.yaml")


@dataclass(frozen=True)
class Limits:
    """The limits that differ between installations and shops: rows, customers, and days of history (three
    horizons)."""

    min_rows: int = 500
    min_customers: int = 100
    horizon: int | None = None

    @property
    def min_history(self) -> int:
        return HORIZONS_OF_HISTORY * (self.horizon or SMALLEST_HORIZON)

    @property
    def history_words(self) -> str:
        if self.horizon:
            return f"{HORIZONS_OF_HISTORY} times the churn horizon of {self.horizon} days"
        return f"{HORIZONS_OF_HISTORY} times the shortest churn horizon of {SMALLEST_HORIZON} days"


@dataclass(frozen=True)
class Rule:
    """One expectation: the fact lies between minimum and maximum or, without a fact, something about the rows
    themselves."""

    name: str
    severity: Severity
    dimension: str
    points: float
    said: str
    failed: str
    advice: str
    fact: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    ideal: float = 0.0
    unknown: str = "The ledger cannot tell."

    @property
    def limit(self) -> float | None:
        """The bound that the fact must not cross."""
        return self.minimum if self.maximum is None else self.maximum


def ledger_rules(limits: Limits) -> tuple[Rule, ...]:
    """All rules with the limits of this installation and shop, in the order in which they are shown."""
    return tuple(_rule(dict(entry), limits) for entry in _entries())


@cache
def _entries() -> tuple[dict[str, Any], ...]:
    return tuple(yaml.safe_load(_RULES.read_text(encoding="utf-8")))


def _rule(entry: dict[str, Any], limits: Limits) -> Rule:
    if isinstance(entry.get("minimum"), str):
        entry["minimum"] = getattr(limits, entry["minimum"])
        entry["ideal"] = 2 * entry["minimum"]
    return Rule(**entry | {"severity": Severity(entry["severity"])})
