"""One thing that somebody should be told."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Alert:
    """key: equal for the same thing; shop; text: one or two sentences; link: where to look; lasting: a state
    that is worth a reminder; attachments: files and what they are called when they are sent; is_report: good
    to know, not wrong."""

    key: str
    shop: str
    text: str
    link: str
    lasting: bool = False
    attachments: tuple[tuple[Path, str], ...] = ()
    is_report: bool = False
