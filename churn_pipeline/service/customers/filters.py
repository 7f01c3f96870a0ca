"""Which customers are asked for, and in which order."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, Strict

from churn_pipeline.core.enums import Segment, Status, Tier
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.wording import did_you_mean
from churn_pipeline.service.errors import NotReady
from churn_pipeline.service.json_values import IsoDate, Request

ALIASES = {"days_since_purchase": "days_since_last_order", "last_order": "last_order_at", "value": "clv"}
"""What the specification or a person calls a column."""
RANGES = (
    ("min_probability", "max_probability"),
    ("min_value", "max_value"),
    ("ordered_from", "ordered_to"),
)


class CustomerFilter(Request):
    """Every condition that is given has to hold; none gives everyone with an order."""

    risk_tier: list[Annotated[Tier, Strict(False)]] = Field(
        default_factory=list, description="one of these tiers"
    )
    status: list[Annotated[Status, Strict(False)]] = Field(
        default_factory=list, description="one of eligible, lapsed, new"
    )
    segment: list[Annotated[Segment, Strict(False)]] = Field(default_factory=list)
    rfm_segment: str | None = Field(default=None, min_length=1, max_length=60)
    persona: str | None = Field(default=None, min_length=1, max_length=120)
    min_probability: float | None = Field(default=None, ge=0, le=1)
    max_probability: float | None = Field(default=None, ge=0, le=1)
    min_value: float | None = Field(default=None, description="CLV, currency")
    max_value: float | None = Field(default=None, description="CLV, currency")
    ordered_from: IsoDate | None = Field(default=None, description="last order on this day or later")
    ordered_to: IsoDate | None = Field(default=None, description="last order on this day or earlier")
    text: str | None = Field(default=None, max_length=100, description="part of the customer id")

    def conditions(self, columns: dict[str, str]) -> tuple[str, list[Any]]:
        """SQL of the conditions, and the values for its question marks; "TRUE" for none. BadInput for a range
        that holds nothing; NotReady where the shop's tables lack a column that is asked for."""
        self._require_ranges()
        parts: list[str] = []
        values: list[Any] = []
        for column in ("risk_tier", "status", "segment"):
            wanted = getattr(self, column)
            if wanted:
                parts.append(f"{column} IN ({', '.join('?' * len(wanted))})")
                values += [str(w) for w in wanted]
        for column, operator, value in (
            ("rfm_segment", "=", self.rfm_segment),
            ("persona", "=", self.persona),
            ("churn_probability", ">=", self.min_probability),
            ("churn_probability", "<=", self.max_probability),
            ("clv", ">=", self.min_value),
            ("clv", "<=", self.max_value),
            ("CAST(last_order_at AS DATE)", ">=", self.ordered_from),
            ("CAST(last_order_at AS DATE)", "<=", self.ordered_to),
        ):
            if value is not None:
                parts.append(f"{column} {operator} ?")
                values.append(value)
        if self.text:
            parts.append("contains(lower(customer_id), ?)")
            values.append(self.text.lower())
        missing = [c for c in ("segment", "rfm_segment", "persona") if getattr(self, c) and c not in columns]
        if missing:
            raise NotReady(f"This shop has no {missing[0]} yet; score it again, or leave that filter out.")
        return " AND ".join(parts) or "TRUE", values

    def _require_ranges(self) -> None:
        for least, most in RANGES:
            low, high = getattr(self, least), getattr(self, most)
            if low is not None and high is not None and low > high:
                raise BadInput(
                    f"{least}={low} lies beyond {most}={high}, so nobody can fit: change one, or swap them."
                )


class Order(BaseModel, frozen=True):
    """By which column customers are sorted; ties by customer_id, missing values last."""

    column: str = ""
    direction: Literal["ASC", "DESC"] = "ASC"

    def sql(self) -> str:
        """SQL of the order."""
        return f'"{self.column}" {self.direction} NULLS LAST, customer_id' if self.column else "position"


def parse_order(text: str | None, columns: dict[str, str]) -> Order:
    """`clv` for ascending, `-clv` for descending; BadInput for what cannot be sorted by. None: the likeliest
    to churn first, the most valuable of equals first."""
    if not text:
        return Order()
    name = text[1:] if text[0] in "-+ " else text  # a + in an address is read as a blank
    column = ALIASES.get(name, name)
    sortable = [c for c, kind in columns.items() if not kind.endswith("[]")]
    if column not in sortable:
        raise BadInput(
            f"sort={text!r} is no column to sort by{did_you_mean(name.lstrip('-+ '), sortable)} "
            f"Expected one of {', '.join(sortable)}, with one - in front for descending."
        )
    return Order(column=column, direction="DESC" if text.startswith("-") else "ASC")
