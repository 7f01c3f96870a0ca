"""What shops call their columns, in several languages, and how well a column's name says that it is a field."""

import re
import unicodedata

from churn_pipeline.ingest.vocabulary import VOCABULARY
from churn_pipeline.shops import ColumnField as F


def plain_name(name: str) -> str:
    """A column's name as lower-case words without accents: 'CustomerID', 'customer_id' and 'Customer-Id' are 'customer id'."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    bare = "".join(c for c in unicodedata.normalize("NFKD", spaced) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", bare.lower()))


_PHRASES = {F(field): [plain_name(n) for n in names.split(",")] for field, names in VOCABULARY["fields"].items()}


def name_score(column: str, field: F) -> float:
    """How well a name says the field, 0-1: all of it (the more usual the name the better), or only some of its words."""
    name = plain_name(column)
    phrases = _PHRASES[field]
    if name in phrases:
        return 0.98 - 0.1 * phrases.index(name) / len(phrases)
    joined = name.replace(" ", "")
    if any(joined == p.replace(" ", "") for p in phrases):
        return 0.88
    words = name.split()
    inside = [p for p in phrases if _contains(words, p.split())]
    if not inside:
        return 0.0
    longest = max(inside, key=lambda p: len(p.split()))
    return 0.45 + 0.3 * len(longest.split()) / len(words)


def _contains(words: list[str], part: list[str]) -> bool:
    return any(words[i : i + len(part)] == part for i in range(len(words) - len(part) + 1))
