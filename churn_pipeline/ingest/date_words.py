"""Words within dates: month names of a dozen languages, and the words around a date that say nothing about it."""

import re
import unicodedata

from churn_pipeline.ingest.sql import literal

_MONTHS = {
    "jan": "january januar janvier janv enero ene gennaio genn gen janeiro januari jaan ledna leden stycznia styczen sty tammikuu января янв ocak",
    "feb": "february februar fevrier fevr fev febrero febbraio febb fevereiro februari unora unor lutego luty lut helmikuu февраля фев subat",
    "mar": "march marz maerz mrz mars marzo marco maart mrt brezna brezen marca marzec maaliskuu марта мар mart",
    "apr": "april avril avr abril abr aprile aprilie dubna duben kwietnia kwiecien kwi huhtikuu апреля апр nisan",
    "may": "mai mayo maggio mag maio mei maj kvetna kveten maja toukokuu мая май mayis",
    "jun": "june juni juin junio giugno giu junho cervna cerven czerwca czerwiec cze kesakuu июня июн haziran",
    "jul": "july juli juillet juil julio luglio lug julho cervence cervenec lipca lipiec lip heinakuu июля июл temmuz",
    "aug": "august aout agosto ago augustus augusti srpna srpen sierpnia sierpien sie elokuu августа авг agustos",
    "sep": "september sept septembre septiembre settembre sett set setembro zari wrzesnia wrzesien wrz syyskuu сентября сен eylul",
    "oct": "october oktober okt octobre octubre ottobre ott outubro out rijna rijen pazdziernika pazdziernik paz lokakuu октября окт ekim",
    "nov": "november novembre noviembre novembro listopadu listopad listopada lis marraskuu ноября ноя kasim",
    "dec": "december dezember dez decembre diciembre dic dicembre dezembro prosince prosinec grudnia grudzien gru joulukuu декабря дек aralik",
}
MONTHS = {word: month for month, words in _MONTHS.items() for word in [month, *words.split()]}
"""Month word (lower case, without accents) -> the English abbreviation that strptime knows."""

_NOISE = set(
    [
        "mon",
        "tue",
        "tues",
        "wed",
        "thu",
        "thur",
        "thurs",
        "fri",
        "sat",
        "sun",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "mo",
        "di",
        "mi",
        "do",
        "fr",
        "sa",
        "so",
        "montag",
        "dienstag",
        "mittwoch",
        "donnerstag",
        "freitag",
        "samstag",
        "sonnabend",
        "sonntag",
        "lun",
        "mer",
        "jeu",
        "ven",
        "sam",
        "dim",
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
        "mie",
        "jue",
        "vie",
        "sab",
        "dom",
        "lunes",
        "martes",
        "miercoles",
        "jueves",
        "viernes",
        "sabado",
        "domingo",
        "mart",
        "gio",
        "lunedi",
        "martedi",
        "mercoledi",
        "giovedi",
        "venerdi",
        "sabato",
        "domenica",
        "ma",
        "wo",
        "vr",
        "za",
        "zo",
        "maandag",
        "dinsdag",
        "woensdag",
        "donderdag",
        "vrijdag",
        "zaterdag",
        "zondag",
        "seg",
        "ter",
        "qua",
        "qui",
        "sex",
        "segunda",
        "terca",
        "quarta",
        "quinta",
        "sexta",
        "feira",
        "uhr",
        "um",
        "kl",
        "klo",
        "de",
        "del",
        "la",
        "le",
        "om",
        "at",
        "of",
        "the",
        "den",
        "der",
        "il",
        "h",
        "st",
        "nd",
        "rd",
        "th",
        "year",
        "g",
        "г",
        "год",
    ]
) - set(MONTHS)

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
    """SQL of a date text in plain form: lower case, months as English abbreviations, words that say nothing about the date removed.

    `shapes` are those of the column (any case), so that only words that occur cost anything; a column without words comes back as it is.
    """
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
