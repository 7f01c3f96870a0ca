"""What a retention campaign costs and is expected to return: one pure function over arrays, fast enough for
sliders.

A customer's expected profit is that of purchase_model/contact_profit.py; what a save is worth that of
purchase_model/save_worth.py. The specification's formula is the case p = 1 and v = CLV for everyone, where
everyone contacted redeems, so that d is a certain cost."""

from dataclasses import astuple, dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.wording import number
from churn_pipeline.insights.money.profit_distribution import (
    CommonErrors,
    ProfitMoments,
    profit_distribution,
    profit_moments,
)
from churn_pipeline.purchase_model.contact_profit import BLOCK, contact_profit

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]
MOST_TARGETS = 10_000_000


@dataclass(frozen=True)
class CustomerEconomics:
    """What money needs to know about each candidate, float64 arrays of one length.

    churn_probability: 0-1; clv, save_value (the worth of a save), save_value_sd (how it varies from customer
        to customer), order_value (expected value of the next order), save_value_half (half the distance
        between the two ends of a save's worth): currency.
    value_error: sd of the log of a factor that the values of all customers may be off by.
    """

    churn_probability: Floats
    clv: Floats
    save_value: Floats
    save_value_sd: Floats
    order_value: Floats
    save_value_half: Floats | None = None
    value_error: float = 0.0

    def of(self, chosen: Positions) -> "CustomerEconomics":
        """The same for the chosen customers."""
        arrays = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "value_error"}
        return replace(self, **{name: array[chosen] for name, array in arrays.items() if array is not None})


@dataclass(frozen=True)
class Campaign:
    """A campaign to be calculated.

    targets: customers to contact, None for as many as pay for themselves (assume_all_churn: the whole pool).
    success_evidence: how many observed customers the success rate is worth (its Beta uncertainty).
    level_error: sd of a shift, in log-odds, that the churn probabilities of all customers may be off by.
    cost_per_customer: replaces discount and contact cost by a flat cost per customer contacted.
    clv: replaces the worth of every save.
    high_risk_only: the pool is p > high_risk_above; otherwise every candidate.
    assume_all_churn: the specification's formula: the pool p > high_risk_above ranked by CLV, saves = targets
        x success rate."""

    targets: int | None = None
    success_rate: float = 0.35
    success_evidence: float = 20.0
    level_error: float = 0.0
    discount_percent: float = 20.0
    redemption_rate: float = 0.5
    contact_cost: float = 0.5
    fixed_cost: float = 0.0
    cost_per_customer: float | None = None
    clv: float | None = None
    high_risk_above: float = 0.7
    high_risk_only: bool = False
    assume_all_churn: bool = False


@dataclass(frozen=True)
class CampaignOutcome:
    """What a campaign is expected to do; money in the shop's currency, saves in customers, intervals 80 %.

    chosen holds the positions of the customers to contact, in the order of the candidates.
    """

    chosen: Positions
    target_count: int
    candidates: int
    clv_of_targets: float
    total_cost: float
    contact_cost: float
    discount_cost: float
    discounts_to_loyal: float
    expected_saves: float
    revenue_protected: float
    net_roi: float
    net_roi_low: float
    net_roi_high: float
    roi_percent: float | None
    probability_of_loss: float | None
    notes: tuple[str, ...]

    def to_document(self) -> dict[str, object]:
        """The specification's outputs and more beside them, JSON-safe."""
        values = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "chosen"}
        return values | {"notes": list(self.notes)}


@dataclass(frozen=True)
class Terms:
    """The terms of the three outcomes for each customer: float64 arrays, currency but for the probability."""

    churn_probability: Floats
    worth: Floats
    worth_half: Floats
    worth_sd: Floats
    discount: Floats
    certain_cost: Floats

    @property
    def of_a_save(self) -> Floats:
        """What keeping each customer brings: the worth of a save less the discount."""
        return self.worth - self.discount

    def of(self, chosen: Positions) -> "Terms":
        """The same for the chosen customers."""
        return Terms(*(getattr(self, field.name)[chosen] for field in fields(self)))


def simulate(customers: CustomerEconomics, campaign: Campaign) -> CampaignOutcome:
    """Expected cost, saves, protected revenue and profit of a campaign, with an interval and the probability
    of a loss.

    A few milliseconds for 100,000 customers. The interval holds the luck of each customer, the uncertainty of
    the success rate, both ends of what a save is worth, and the errors that all values and all churn
    probabilities share. BadInput for assumptions outside their range."""
    _check(campaign)
    every = campaign_terms(customers, campaign)
    pool = campaign_pool(customers, campaign)
    chosen = _choose(customers, campaign, every, pool)
    hypothetical = (
        campaign.assume_all_churn and campaign.clv is not None and (campaign.targets or 0) > len(chosen)
    )
    if hypothetical:
        return _outcome(
            customers,
            campaign,
            _hypothetical_terms(customers, campaign),
            np.zeros(campaign.targets or 0, np.intp),
            pool,
            chosen,
        )
    return _outcome(customers, campaign, every, chosen, pool, chosen)


def campaign_pool(customers: CustomerEconomics, campaign: Campaign) -> Positions:
    """Positions of the candidates of a campaign: all of them, or those at high risk."""
    if campaign.assume_all_churn or campaign.high_risk_only:
        return np.flatnonzero(customers.churn_probability > campaign.high_risk_above)
    return np.arange(len(customers.churn_probability))


def campaign_terms(customers: CustomerEconomics, campaign: Campaign) -> Terms:
    """What contacting each customer costs and may bring, as the campaign's mode reads it."""
    n = len(customers.churn_probability)
    honest = not campaign.assume_all_churn
    worth = customers.save_value if honest else customers.clv
    nothing = np.broadcast_to(0.0, n)
    worth_sd, half = customers.save_value_sd, nothing
    if honest and customers.save_value_half is not None:
        half = customers.save_value_half
    if campaign.clv is not None:
        worth, worth_sd, half = np.broadcast_to(campaign.clv, n), nothing, nothing
    percent = campaign.discount_percent if campaign.cost_per_customer is None else 0.0
    flat = campaign.contact_cost if campaign.cost_per_customer is None else campaign.cost_per_customer
    discount = customers.order_value * (percent / 100)
    if honest:
        return Terms(customers.churn_probability, worth, half, worth_sd, discount, np.broadcast_to(flat, n))
    return Terms(np.ones(n), worth, half, worth_sd, nothing, flat + discount)


def expected_profit(terms: Terms, campaign: Campaign) -> Floats:
    """Expected profit of contacting each customer, currency, before the campaign's fixed cost."""
    return contact_profit(
        terms.churn_probability,
        terms.worth,
        terms.discount,
        terms.certain_cost,
        campaign.success_rate,
        campaign.redemption_rate,
    )


def profit_curve(customers: CustomerEconomics, campaign: Campaign) -> Floats:
    """Expected profit of contacting the best 1, 2, ... n candidates, after the fixed cost; shape (n,),
    currency."""
    profit = expected_profit(campaign_terms(customers, campaign), campaign)[
        campaign_pool(customers, campaign)
    ]
    curve: Floats = np.cumsum(np.sort(profit)[::-1]) - campaign.fixed_cost
    return curve


def _hypothetical_terms(customers: CustomerEconomics, campaign: Campaign) -> Terms:
    """A calculation with assumptions alone: one average customer, contacted as often as asked for, where the
    shop has fewer candidates."""
    mean_order = float(customers.order_value.mean()) if len(customers.order_value) else 0.0
    average = CustomerEconomics(np.ones(1), np.ones(1), np.ones(1), np.zeros(1), np.full(1, mean_order))
    return campaign_terms(average, campaign)


def _choose(customers: CustomerEconomics, campaign: Campaign, terms: Terms, pool: Positions) -> Positions:
    """The candidates to contact, in their own order; ties go to the earlier one."""
    if campaign.assume_all_churn:
        return pool[
            _largest(customers.clv[pool], len(pool) if campaign.targets is None else campaign.targets)
        ]
    profit = expected_profit(terms, campaign)[pool]
    if campaign.targets is not None:
        return pool[_largest(profit, campaign.targets)]
    return pool[profit > 0] if np.maximum(profit, 0).sum() > campaign.fixed_cost else pool[:0]


def _largest(values: Floats, count: int) -> Positions:
    """Positions of the `count` largest values, ascending; among equal values the earlier come first. Linear
    in the number of values."""
    if count >= len(values):
        return np.arange(len(values))
    if count == 0:
        return np.arange(0)
    smallest = np.partition(values, len(values) - count)[len(values) - count]
    above = values > smallest
    tied = np.flatnonzero(values == smallest)[: count - int(above.sum())]
    above[tied] = True
    return np.flatnonzero(above)


def _outcome(
    customers: CustomerEconomics,
    campaign: Campaign,
    terms: Terms,
    contacted: Positions,
    pool: Positions,
    chosen: Positions,
) -> CampaignOutcome:
    count, s = len(contacted), campaign.success_rate
    moments = campaign_moments(terms, contacted, campaign.redemption_rate)
    certain = float(terms.certain_cost[contacted].sum()) + (campaign.fixed_cost if count else 0.0)
    total_cost = certain + s * moments.discount_if_saved + moments.discount_to_loyal
    protected = s * moments.worth
    spread = profit_distribution(
        moments, certain, s, campaign.success_evidence, common_errors(customers, campaign)
    )
    contact = count * (
        campaign.contact_cost if campaign.cost_per_customer is None else campaign.cost_per_customer
    )
    return CampaignOutcome(
        chosen=chosen,
        target_count=count,
        candidates=len(pool),
        clv_of_targets=float(customers.clv[chosen].sum() if campaign.clv is None else count * campaign.clv),
        total_cost=total_cost,
        contact_cost=contact,
        discount_cost=total_cost - contact - (campaign.fixed_cost if count else 0.0),
        discounts_to_loyal=moments.discount_to_loyal,
        expected_saves=s * moments.churners,
        revenue_protected=protected,
        net_roi=protected - total_cost,
        net_roi_low=spread.low,
        net_roi_high=spread.high,
        roi_percent=100 * (protected - total_cost) / total_cost if total_cost > 0 else None,
        probability_of_loss=spread.probability_of_loss if count else None,
        notes=_notes(campaign, len(pool), len(chosen), hypothetical=len(contacted) > len(chosen)),
    )


def common_errors(customers: CustomerEconomics, campaign: Campaign) -> CommonErrors:
    """The errors that all customers of a campaign share; a worth that was given is taken as known."""
    return CommonErrors(
        value=customers.value_error if campaign.clv is None else 0.0, level=campaign.level_error
    )


def campaign_moments(terms: Terms, contacted: Positions, redemption_rate: float) -> ProfitMoments:
    """Sums over the customers contacted, block by block: small temporary arrays stay in the cache and need no
    new memory pages."""
    total = np.zeros(len(fields(ProfitMoments)))
    for start in range(0, len(contacted), BLOCK):
        block = terms.of(contacted[start : start + BLOCK])
        p, worth, half, sd, discount = (
            block.churn_probability,
            block.worth,
            block.worth_half,
            block.worth_sd,
            block.discount,
        )
        total += astuple(profit_moments(p, worth, half, sd, discount, redemption_rate))
    return ProfitMoments(*total.tolist())


def _notes(campaign: Campaign, candidates: int, chosen: int, hypothetical: bool) -> tuple[str, ...]:
    whom = (
        f"above a churn probability of {campaign.high_risk_above:g}"
        if campaign.assume_all_churn or campaign.high_risk_only
        else "scored"
    )
    if hypothetical:
        worth = f"{number(campaign.targets or 0)} worth {campaign.clv:g} each"
        return (f"Only {number(candidates)} customers are {whom}; the figures are those of {worth}.",)
    if candidates == 0:
        return (f"No customer is {whom}.",)
    if campaign.targets is not None and candidates < campaign.targets:
        return (
            f"{number(campaign.targets)} customers were asked for, "
            f"only {number(candidates)} are {whom}; all of them are contacted.",
        )
    if campaign.targets == 0:
        return ("No customer was asked for.",)
    if chosen == 0:
        return (f"None of the {number(candidates)} customers {whom} is expected to pay for being contacted.",)
    return ()


def _check(campaign: Campaign) -> None:
    ranges: dict[str, tuple[float | None, float, float]] = {
        "targets": (campaign.targets, 0, MOST_TARGETS),
        "success_rate": (campaign.success_rate, 0, 1),
        "success_evidence": (campaign.success_evidence, 1e-6, np.inf),
        "level_error": (campaign.level_error, 0, np.inf),
        "discount_percent": (campaign.discount_percent, 0, 100),
        "redemption_rate": (campaign.redemption_rate, 0, 1),
        "contact_cost": (campaign.contact_cost, 0, np.inf),
        "fixed_cost": (campaign.fixed_cost, 0, np.inf),
        "cost_per_customer": (campaign.cost_per_customer, 0, np.inf),
        "clv": (campaign.clv, 0, np.inf),
    }
    for name, (value, low, high) in ranges.items():
        if value is not None and not low <= value <= high:
            allowed = f"from {low:g} to {number(high, 0)}" if np.isfinite(high) else f"of at least {low:g}"
            raise BadInput(f"The campaign's {name} is {value:g}: give a number {allowed}.")
