"""Words within dates: month names of a dozen languages, and the words around a date that say nothing about
it."""

import re
import unicodedata

from churn_pipeline.core.sql import literal
from churn_pipeline.ingest.mapping.vocabulary import VOCABULARY

MONTHS = {word: month for month, words in VOCABULARY["months"].items() for word in [month, *words.split()]}
"""Month word (lower case, without accents) -> the English abbreviation that strptime knows."""

_NOISE = set(VOCABULARY["date_noise"].split())

_KEPT = {"t", "z", "am", "pm", "utc", "gmt", "cet", "cest", "est", "edt", "pst", "pdt", "bst"}
_CLOCK = (("a.m.", "am"), ("p.m.", "pm"), ("a. m.", "am"), ("p. m.", "pm"))
_WORD = re.compile(r"[^\W\d_]+")


def words_of(text: str) -> list[str]:
    """The words of a lower-case text without accents, longest first."""
    return sorted(set(_WORD.findall(text)), key=lambda w: (-len(w), w))


def has_words(shapes: list[str]) -> bool:
    """Whether a column's shapes hold words, or other than Latin date marks, that its plain form replaces."""
    return any(_WORD.search(s) or "年" in s for s in shapes if s)


def plain_shape(shape: str) -> str:
    """What `plain_sql` makes of one text or shape."""
    text = _without_accents(shape.lower()).translate(str.maketrans("年月", "--", "日号"))
    for spelling, marker in _CLOCK:
        text = text.replace(spelling, marker)
    text = _WORD.sub(lambda m: MONTHS.get(m[0], "" if m[0] in _NOISE else m[0]), text)
    return re.sub(r"\s+", " ", re.sub(r"(^|\s)[.,]", " ", text)).strip(" ,")


def plain_sql(text: str, shapes: list[str]) -> str:
    """SQL of a date text in plain form: lower case, months as English abbreviations, words that say nothing
    about the date removed.

    `shapes` are those of the column (any case), so that only words that occur cost anything; a column without
    words comes back as it is."""
    lowered = [_without_accents(s.lower()) for s in shapes]
    words = sorted({w for s in lowered for w in _WORD.findall(s)} - _KEPT, key=lambda w: (-len(w), w))
    chinese = any(mark in s for s in lowered for mark in "年月")
    sql = f"lower(strip_accents({text}))"
    if chinese:
        sql = f"translate({sql}, '年月日号', '--')"
    for spelling, marker in _CLOCK:
        if any(spelling in s for s in lowered):
            sql = f"replace({sql}, {literal(spelling)}, {literal(marker)})"
    for word in words:
        if word in MONTHS and word != MONTHS[word]:
            sql = _replace_word(sql, word, MONTHS[word])
    noise = "|".join(w for w in words if w in _NOISE)
    if noise:
        for _ in range(2):  # the blank between two such words belongs to the first match
            sql = _replace_word(sql, f"(?:{noise})[.,]?", "", everywhere=True)
        sql = f"trim(regexp_replace({sql}, '\\s+', ' ', 'g'), ' ,')"
    return sql


def _replace_word(sql: str, word: str, by: str, *, everywhere: bool = False) -> str:
    """SQL that replaces a word; letters of its own alphabet may not touch it, digits may (3jan2024)."""
    letter = "[:alpha:]а-яё"
    pattern, kept = literal(f"(^|[^{letter}]){word}($|[^{letter}])"), literal("\\1" + by + "\\2")
    return f"regexp_replace({sql}, {pattern}, {kept}, {literal('g' if everywhere else '')})"


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
