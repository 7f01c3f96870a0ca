"""The words in which each feature's value is told, from phrases.yaml beside this file."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from churn_pipeline.core.errors import NotFound
from churn_pipeline.features.catalogue import feature

THE_HORIZON = "the churn horizon"


@dataclass(frozen=True)
class Phrase:
    """How a feature is told.

    says: words with {value} and perhaps {horizon}; unit: of the value in words; groups: words of the groups
        1, 2, ... where the value is the number of one (then `says` is empty); plain: whether the value means
        something to a retailer."""

    says: str
    unit: str
    groups: tuple[str, ...] = ()
    plain: bool = True

    def about(self, value: str, horizon: int | None) -> str:
        """The words with a value put in; horizon: H in days, None: unknown."""
        return self.says.format(value=value, horizon=f"{horizon} days" if horizon else THE_HORIZON)


def phrase(name: str) -> Phrase:
    """The words of feature `name`; NotFound for an unknown one."""
    words = _phrases().get(name)
    if words is None:
        raise NotFound(f"There is no phrase for the feature {name!r} in explain/phrases.yaml.")
    return words


@cache
def _phrases() -> dict[str, Phrase]:
    entries = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return {
        name: Phrase(
            entry.get("says", ""),
            entry.get("unit") or feature(name).unit,
            tuple(entry.get("groups", ())),
            entry.get("plain", True),
        )
        for name, entry in entries.items()
    }
