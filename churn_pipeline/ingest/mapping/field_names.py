"""What shops call their columns, in many languages, and how well a column's name says that it is a field."""

import re
import unicodedata
from functools import cache

from churn_pipeline.ingest.mapping.vocabulary import VOCABULARY
from churn_pipeline.shop.config import ColumnField as F

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "ß": "ss", "æ": "ae", "đ": "d", "ı": "i", "œ": "oe"})
_SAME = {other: word for word, others in VOCABULARY["same_words"].items() for other in others.split()}
_FILLER = frozenset(VOCABULARY["filler_words"].split())
_OTHER_FACTOR, _SOFT_FACTOR = 0.3, 0.9


def plain_name(name: str) -> str:
    """A column's name as lower-case words, without accents, abbreviations written out: 'CustID' and
    'Customer-Id' are 'customer id'."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    bare = "".join(c for c in unicodedata.normalize("NFKD", spaced) if not unicodedata.combining(c))
    words = re.findall(r"[^\W_]+", bare.lower().translate(_LETTERS))
    return " ".join(_SAME.get(w, w) for w in words if w not in _FILLER) or " ".join(words)


def _phrases(section: str) -> dict[F, list[str]]:
    return {
        F(field): list(dict.fromkeys(map(plain_name, names.split(","))))
        for field, names in VOCABULARY[section].items()
    }


_FIRST, _SECOND = _phrases("fields"), _phrases("second_choice")
_OTHER = {
    F(field): frozenset(plain_name(w) for w in words.split())
    for field, words in VOCABULARY["other_words"].items()
}
_INCLUSIVE = frozenset(VOCABULARY["inclusive_words"].split())


@cache
def name_score(column: str, field: F) -> float:
    """How well a name says the field, 0-1: all of it (the more usual the name the better), or some of its
    words and no other subject."""
    name = plain_name(column)
    phrases = _FIRST[field]
    if name in phrases:
        return 0.98 - 0.1 * phrases.index(name) / len(phrases)
    joined = name.replace(" ", "")
    if any(joined == p.replace(" ", "") for p in phrases):
        return 0.88
    if name in _SECOND.get(field, ()):
        return 0.6
    return _part_score(name, phrases) * _subject_factor(name, field)


def about_else(column: str, field: F) -> bool:
    """Whether a name has a word that tells of something else than the field."""
    return _subject_factor(plain_name(column), field) < _SOFT_FACTOR


def _part_score(name: str, phrases: list[str]) -> float:
    """The share of the name's words that the longest phrase within it explains; parts of words count where
    writing has no blanks."""
    words = f" {name} "
    inside = [p for p in phrases if f" {p} " in words]
    if inside:
        longest = max(len(p.split()) for p in inside)
        return 0.5 + 0.3 * longest / len(name.split())
    ideographs = [p for p in phrases if not p.isascii() and p in name and ord(max(p)) > 0x2E80]
    return 0.5 + 0.3 * max(map(len, ideographs)) / len(name) if ideographs else 0.0


def _subject_factor(name: str, field: F) -> float:
    """Less for a name with a word that tells of something else (customer group); hardly less where that word
    is about tax included."""
    words = name.split()
    if not any(w in _OTHER.get(field, ()) for w in words):
        return 1.0
    return _SOFT_FACTOR if any(w in _INCLUSIVE for w in words) else _OTHER_FACTOR
