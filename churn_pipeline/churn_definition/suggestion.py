"""Which horizon fits a shop: the elbow of its return curve, within 30-180 days and its history, with the
reason in words."""

from dataclasses import dataclass

from churn_pipeline.churn_definition.gaps import GapCurve
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.wording import percent

SHORTEST, LONGEST = 30, 180
STEP = 5
TYPICAL = 60
HORIZONS_NEEDED = 3
# three horizons of history give one training cutoff, four give five: what is suggested should be learnable
HORIZONS_WANTED = 4


@dataclass(frozen=True)
class Suggestion:
    """A suggested horizon in days and why it."""

    horizon: int
    reason: str


def suggest_horizon(curve: GapCurve, history_days: int) -> Suggestion:
    """The elbow of the return curve, rounded up to 5 days, within 30-180 days and at most a quarter of the
    history (but 30).

    Before the elbow most of the absent are only between two purchases; after it, waiting longer finds few
    more who return, and warns later. A bound on the share of the absent who return was tried instead and
    dropped: in a grocery's year most of the few absent return sooner or later, and it asked for the longest
    horizon possible. BadInput where the history (days) is shorter than three shortest horizons."""
    if history_days < HORIZONS_NEEDED * SHORTEST:
        raise BadInput(
            f"The orders cover {history_days} days, but even the shortest horizon suggested, "
            f"{SHORTEST} days, needs at least "
            f"{HORIZONS_NEEDED * SHORTEST} (history, outcome, test); deliver a longer history."
        )
    room = max(SHORTEST, history_days // HORIZONS_WANTED)
    if curve.elbow is None:
        horizon = min(TYPICAL, room)
        return Suggestion(
            horizon,
            f"No customer came back yet, so {horizon} days, a usual choice, is only a starting point.",
        )
    wanted = STEP * -(-curve.elbow // STEP)
    horizon = min(max(wanted, SHORTEST), LONGEST, room)
    return Suggestion(horizon, f"{_returns(curve, horizon)} {_bounds(horizon, wanted, room)}".strip())


def _returns(curve: GapCurve, horizon: int) -> str:
    half, most = curve.days_until(0.5), curve.days_until(0.9)
    text = (
        f"Half of the customers who come back do so within {half} days and nine in ten within {most}; "
        f"the curve of returns flattens (its elbow) at {curve.elbow} days"
    )
    later = curve.comes_back_after(horizon, horizon)
    return (
        f"{text}."
        if later is None
        else f"{text}; of all pauses that reached {horizon} days, one-time buyers' included, "
        f"{percent(later)} ended within another {horizon}."
    )


def _bounds(horizon: int, wanted: int, room: int) -> str:
    if wanted < horizon:
        return f"{SHORTEST} days is the shortest horizon suggested; a shorter one can be set by hand."
    if wanted > horizon == room:
        return f"{wanted} days would fit better, but your history leaves room for {room}."
    if wanted > horizon:
        return f"{LONGEST} days is the longest horizon suggested; a longer one can be set by hand."
    return ""
