"""The reports of a shop by name; apart from what makes them, so that commands load at once."""

from enum import StrEnum


class ReportKind(StrEnum):
    """The reports of a shop."""

    EXECUTIVE = "executive"
    PROFILE = "profile"
    MODEL = "model"
