"""A customer's id taken out of texts and JSON values.

An id such as C00542 is taken out wherever it stands as a word. One that could be any number (12) is taken out
where it is said to be a customer's, so that no other number changes."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from churn_pipeline.core.store import replacing, write_json

ERASED = "(erased)"
CUSTOMER_KEYS = ("customer_id", "customer", "customer_ids", "heaviest")
SHORTEST_DISTINCT = 5


class Mentions:
    """Where a customer's id stands in texts and values."""

    def __init__(self, customer_id: str) -> None:
        self.customer_id = customer_id
        word = re.escape(customer_id)
        self.is_distinct = len(customer_id) >= SHORTEST_DISTINCT or bool(re.search(r"[^\W\d]", customer_id))
        self._number = re.compile(rb"(?<![\d.])" + re.escape(customer_id.encode()) + rb"(?!\d)")
        self._pattern = re.compile(
            rf"(?<![\w-]){word}(?![\w-])"
            if self.is_distinct
            else rf"(?<=[Cc]ustomer ){word}(?![\w-])|(?<=['\"]){word}(?=['\"])"
        )

    def without(self, text: str) -> str:
        """The text with something in the place of the id."""
        return self._pattern.sub(ERASED, text)

    def in_text(self, text: str) -> bool:
        """Whether the text names the customer."""
        return self._pattern.search(text) is not None

    def in_bytes(self, content: bytes) -> bool:
        """Whether the id stands in a file's bytes; only a distinct one can be told from chance, and one of
        digits only where it is no part of a longer number."""
        if not self.is_distinct or self.customer_id.encode() not in content:
            return False
        return not self.customer_id.isdecimal() or self._number.search(content) is not None

    def scrubbed(self, value: Any, key: str = "") -> Any:
        """A JSON value without the customer: objects that are the customer's are dropped from lists, the id
        is replaced elsewhere."""
        if isinstance(value, dict):
            return {self.without(k): self.scrubbed(v, k) for k, v in value.items() if k != self.customer_id}
        if isinstance(value, list):
            return [self.scrubbed(item, key) for item in value if not self._is_theirs(item, key)]
        if not isinstance(value, str):
            return value
        if value == self.customer_id and (self.is_distinct or key in CUSTOMER_KEYS):
            return ERASED
        return self.without(value)

    def _is_theirs(self, item: Any, key: str) -> bool:
        if isinstance(item, dict):
            return any(item.get(name) == self.customer_id for name in CUSTOMER_KEYS)
        return item == self.customer_id and (self.is_distinct or key in CUSTOMER_KEYS)


def scrub_json(paths: Iterable[Path], mentions: Mentions) -> int:
    """Takes the customer out of JSON files; how many it was in."""
    changed = 0
    for path in paths:
        before = json.loads(path.read_text(encoding="utf-8"))
        after = mentions.scrubbed(before)
        if after != before:
            write_json(path, after)
            changed += 1
    return changed


def scrub_texts(paths: Iterable[Path], mentions: Mentions) -> int:
    """Takes the customer out of text files; how many it was in."""
    changed = 0
    for path in paths:
        content = path.read_bytes()
        encoding = "utf-8" if _is_utf8(content) else "latin-1"
        before = content.decode(encoding)
        after = mentions.without(before)
        if after != before:
            with replacing(path) as part:
                part.write_bytes(after.encode(encoding))
            changed += 1
    return changed


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
