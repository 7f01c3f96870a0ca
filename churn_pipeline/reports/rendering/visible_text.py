"""Texts of a shop's files as they may be shown."""

import re

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")


def visible(text: str) -> str:
    """The text without control characters, which XML does not allow, and without those that turn the
    direction of what follows."""
    return _UNSEEN.sub("", text)
