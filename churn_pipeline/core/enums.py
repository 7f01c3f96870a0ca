"""The values that a column of names may hold, declared once: a member is its text, in tables, documents and
sentences alike."""

from enum import StrEnum

CONTROL_ARM = "control"
"""The arm of a campaign's members who are left alone by lot."""


class Split(StrEnum):
    """What a snapshot is for."""

    TRAIN = "train"
    TEST = "test"
    EMBARGOED = "embargoed"
    """Its outcome overlaps the test: only the champion's last refit reads it."""
    LEVEL = "level"
    """Older than the training: its outcome says what the season does; nothing is fitted on it."""


class Status(StrEnum):
    """What a customer with an order is at a cutoff."""

    ELIGIBLE = "eligible"
    LAPSED = "lapsed"
    NEW = "new"


WITHOUT_SCORE = (Status.LAPSED, Status.NEW)
"""Who has a return probability from models of their own, and no churn probability."""


class Tier(StrEnum):
    """How likely an eligible customer is to churn; from the highest."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Segment(StrEnum):
    """What every customer with an order belongs to exactly one of: a tier's segment where eligible, else the
    status."""

    HIGH_RISK = "high_risk"
    MEDIUM_RISK = "medium_risk"
    LOW_RISK = "low_risk"
    LAPSED = "lapsed"
    NEW = "new"

    @property
    def is_scored(self) -> bool:
        """Whether its customers have a churn probability."""
        return self not in (Segment.LAPSED, Segment.NEW)


class TargetList(StrEnum):
    """Whom a list of customers to contact holds."""

    RECOMMENDED = "recommended"
    """Those of the scenario with the star, with its discount, most profitable first."""
    HIGH_RISK = "high_risk"
    """Everyone at high risk, the most valuable first, each with the action that pays best."""
    WIN_BACK = "win_back"
    """The lapsed who are worth an offer."""
    SECOND_ORDER = "second_order"
    """The new who are worth an offer."""


class Consent(StrEnum):
    """What a customer said of being contacted; of two statements of one instant the greater text counts."""

    GIVEN = "given"
    REFUSED = "refused"


class Severity(StrEnum):
    """What a broken rule of the ledger does: critical stops the run, a warning is only said."""

    CRITICAL = "critical"
    WARNING = "warning"
