"""The quality score, 0-10.

Every rule r carries points w_r, its weight. A rule loses the share l_r of them:

    l_r = clip((observed_r - ideal_r) / (limit_r - ideal_r), 0, 1)
    score = 10 - 10 x sum(w_r l_r) / sum(w_r)

so that a ledger at its ideals scores 10, a rule at its limit or beyond costs all of its points, and in
between the loss is linear. Rules about something the shop's file lacks lose nothing. While any critical rule
fails the score is at most 4: such a ledger is not used."""

from collections.abc import Iterable

CAP_WHEN_CRITICAL_FAILS = 4.0


def loss(observed: float | None, ideal: float, limit: float) -> float:
    """Share of a rule's points that is lost, 0-1: nothing where nothing was observed; where limit and ideal
    are one, all beyond it."""
    if observed is None:
        return 0.0
    if limit == ideal:
        return float(observed > limit)
    return min(1.0, max(0.0, (observed - ideal) / (limit - ideal)))


def quality_score(losses: Iterable[tuple[float, float]], critical_failed: bool) -> float:
    """Score 0-10 with one decimal from (points, share lost) of every rule."""
    pairs = list(losses)
    whole = sum(points for points, _ in pairs)
    score = 10 - 10 * sum(points * lost for points, lost in pairs) / whole
    return round(min(score, CAP_WHEN_CRITICAL_FAILS) if critical_failed else score, 1)
