"""What an estimate says, in a word and in a sentence."""

from churn_pipeline.campaigns.measurement.looks import Look
from churn_pipeline.campaigns.measurement.rates import Estimate
from churn_pipeline.core.documents.campaigns import Verdict
from churn_pipeline.core.wording import money, number

RETENTION, ORDERS, REVENUE, PROFIT = "retention", "orders", "revenue", "profit"
SUCCESS = "success_rate"
KEPT = "share of would-be churners kept"
SAID = {
    "better": "More than chance explains.",
    "worse": "Less than those left alone, and more than chance explains.",
    "no_difference_seen": "No difference is seen, though one of the expected size would have been.",
    "too_early": "Too early to say.",
    "too_small": "Too few customers to see the expected effect in this campaign alone.",
    "no_control": "Nobody was left alone, so nothing can be said of the effect.",
}


def verdict_of(found: Estimate | None, always: Estimate | None, look: Look, is_large_enough: bool) -> Verdict:
    """found: with the interval of this look; always: with that of all looks together; None where nothing can
    be compared. Before the end only the latter counts, so that looking every week deceives nobody."""
    if found is None or always is None:
        return "too_early" if not look.is_last else "too_small"
    deciding = found if look.is_last else always
    if deciding.low > 0:
        return "better"
    if deciding.high < 0:
        return "worse"
    if not look.is_last:
        return "too_early"
    return "no_difference_seen" if is_large_enough else "too_small"


def outcome_sentence(
    offer: str, outcome: str, deciding: Estimate | None, look: Look, verdict: Verdict, currency: str
) -> str:
    """One outcome of one offer in words; deciding: with the interval that the verdict rests on: until the end
    that of all looks together."""
    if deciding is None:
        return f"{offer}, {KEPT if outcome == SUCCESS else outcome}: {SAID[verdict]}"
    interval = "95 % interval" if look.is_last else "95 % interval for looking every week"
    if outcome == SUCCESS and tells_little(deciding.low, deciding.high):
        return f"{offer}: too few customers to say how many of those who would have left were kept."
    if outcome == SUCCESS:
        return (
            f"{offer}: {_points(deciding.difference)} % of those who would have left were kept "
            f"({interval} {_points(deciding.low)} to {_points(deciding.high)} %)."
        )
    if outcome == RETENTION:
        return (
            f"{offer}: {_points(deciding.treated)} % of the contacted ordered, {_points(deciding.control)} % "
            f"of those left alone: a difference of {_points(deciding.difference)} points ({interval} "
            f"{_points(deciding.low)} to {_points(deciding.high)}). {SAID[verdict]}"
        )
    shown = (lambda x: number(x, 2)) if outcome == ORDERS else (lambda x: money(x, currency))
    return (
        f"{offer}, {outcome} per customer: {shown(deciding.treated)} against {shown(deciding.control)}: "
        f"a difference of {shown(deciding.difference)} ({interval} {shown(deciding.low)} to "
        f"{shown(deciding.high)}). {SAID[verdict]}"
    )


def tells_little(low: float | None, high: float | None) -> bool:
    """Whether the interval of a share kept is wider than all that a campaign can do, from nobody to all."""
    return low is not None and high is not None and high - low > 1


def _points(share: float) -> str:
    return number(100 * share, 1)
