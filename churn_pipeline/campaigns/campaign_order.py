"""What is asked for when a campaign is created."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from churn_pipeline.core.documents.campaigns import CampaignSource
from churn_pipeline.core.errors import BadInput

SEED = 42


@dataclass(frozen=True)
class CampaignOrder:
    """What was asked for.

    scenario: inputs of a simulated campaign, whose list is taken; audience: customer ids. offers: discounts
        in percent or actions of the catalogue; none: the scenario's or the most profitable discount.
    control: share to leave alone by lot; precision: the difference of retention (0-1) to be seen, which gives
        the share where that is not given; no_control_reason: why nobody is left alone.
    starts_at: None: the data end of the scores. budget: currency, expected cost of the treated; capacity:
        most customers to contact; offer_capacities: the same by offer."""

    name: str
    source: CampaignSource
    scenario: dict[str, Any] | None = None
    audience: list[str] | None = None
    offers: tuple[str, ...] = ()
    control: float | None = None
    precision: float | None = None
    no_control_reason: str | None = None
    starts_at: datetime | None = None
    budget: float | None = None
    capacity: int | None = None
    offer_capacities: dict[str, int] = field(default_factory=dict)
    seed: int = SEED


def check_order(order: CampaignOrder) -> None:
    """BadInput for a share, precision, budget or capacity outside its range, or a reason without words."""
    if order.no_control_reason is not None and (order.control is not None or order.precision is not None):
        raise BadInput(
            "Give a control share or a precision, or the reason why nobody is left alone; not both."
        )
    if order.control is not None and order.precision is not None:
        raise BadInput("Give either the control share, or the precision, from which the share follows.")
    if order.no_control_reason is not None and len(order.no_control_reason.strip()) < 3:
        raise BadInput("Say why nobody is left alone: without a control group nothing is measured.")
    if order.control is not None and not 0 < order.control < 1:
        raise BadInput(f"Control share {order.control:g}: expected a share above 0 and below 1, such as 0.2.")
    if order.precision is not None and not 0 < order.precision < 1:
        raise BadInput(
            f"Precision {order.precision:g}: expected a difference of retention above 0 and below 1, "
            "such as 0.04 for 4 points."
        )
    capacities = {f"Capacity of {name}": most for name, most in order.offer_capacities.items()}
    given = {"Budget": order.budget, "Capacity": order.capacity, **capacities}
    for name, most in given.items():
        if most is not None and not 0 < most < float("inf"):
            raise BadInput(f"{name} {most:g}: expected a number above 0.")
