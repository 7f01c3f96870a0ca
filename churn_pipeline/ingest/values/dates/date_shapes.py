"""What a date's shape (shapes.py, in the plain form of date_words.py) can mean: strptime formats and the
place of the offset."""

import re
from dataclasses import dataclass
from enum import StrEnum

from churn_pipeline.ingest.values.dates.date_words import MONTHS
from churn_pipeline.ingest.values.dates.zone_names import ZONES


class Order(StrEnum):
    """The order of year, month and day; SURE where the shape itself leaves no doubt."""

    SURE = "sure"
    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


class Family(StrEnum):
    """Shapes that one answer about the order settles together."""

    SURE = "sure"
    FOUR_DIGIT_YEAR = "03/04/2024"
    TWO_DIGIT_YEAR = "03/04/24"
    EIGHT_DIGITS = "03042024"
    TWELVE_DIGITS = "202401020304"


ORDERS = {
    Family.SURE: (Order.SURE,),
    Family.FOUR_DIGIT_YEAR: (Order.DMY, Order.MDY),
    Family.TWO_DIGIT_YEAR: (Order.DMY, Order.MDY, Order.YMD),
    Family.EIGHT_DIGITS: (Order.YMD, Order.DMY, Order.MDY),
    Family.TWELVE_DIGITS: (Order.YMD, Order.SURE),
}

EPOCHS = {"seconds": 1, "milliseconds": 1_000, "microseconds": 1_000_000, "nanoseconds": 1_000_000_000}
EXCEL = "excel"


@dataclass(frozen=True)
class Offset:
    """A UTC offset within the text: its sign and where (from 0) its hours and minutes stand; hours None: the
    zone's, or UTC itself."""

    sign: int = 1
    hours: int | None = None
    minutes: int | None = None
    zone: str | None = None


@dataclass(frozen=True)
class DateForm:
    """How texts of one shape are read: the first `length` characters by `format` (strptime, a unit of EPOCHS,
    or EXCEL)."""

    format: str
    length: int
    offset: Offset | None = None


_MONTH = "(?:" + "|".join(sorted(set(MONTHS.values()))) + ")"
_SEP = r"[-/.,_ ]{1,2}"
_TIME = re.compile(
    r"(?P<gap>t| t|[ ,:_-]{0,3}| - )(?P<hour>99?)(?P<colon>[:.h])(?P<minute>99)"
    r"(?:(?P<colon2>[:.])(?P<second>99)(?:(?P<point>[.,])(?P<fraction>9{1,9}))?)?(?P<pm> ?(?:am|pm))?"
)
_OFFSET = re.compile(
    rf"(?P<blank> ?)(?:(?P<utc>z|utc|\+00:?00 utc)|\(?(?P<zone>{'|'.join(ZONES)})\)?"
    r"|(?P<sign>[+-])(?P<hours>99):?(?P<minutes>99)?)(?: ?\(?[a-z]{3,4}\)?)?"
)
_DATE = re.compile(
    rf"(?P<iso>9999(?P<iso_a>[-/. ]|--?)99?(?P<iso_b>[-/. ])99?)"
    rf"|(?P<long>99?(?P<long_a>{_SEP})99?(?P<long_b>{_SEP})9999)"
    rf"|(?P<short>99?(?P<short_a>[-/. ])99?(?P<short_b>[-/. ])99(?!9))"
    rf"|(?P<day_word>99?(?P<dw_a>{_SEP}|){_MONTH}(?P<dw_b>{_SEP}|)(?P<dw_year>9999|99))"
    rf"|(?P<word_day>{_MONTH}(?P<wd_a>{_SEP}|)99?(?P<wd_b>{_SEP})(?P<wd_year>9999|99)(?!:))"
    rf"|(?P<year_word>9999(?P<yw_a>{_SEP}|){_MONTH}(?P<yw_b>{_SEP}|)99?)"
    r"|(?P<digits>99999999(?!9))"
)
_CTIME = re.compile(rf"(?P<month>{_MONTH}) {{1,2}}99? 99:99:99 (?:(?P<zone>{'|'.join(ZONES)}|utc) )?9999")


def date_forms(shape: str) -> tuple[Family, dict[Order, DateForm]] | None:
    """The readings that a shape allows, by the order of its parts; None where it is no date."""
    numeric = _numeric_forms(shape)
    if numeric:
        return numeric
    if ctime := _CTIME.fullmatch(shape):
        zone = ctime["zone"]
        offset = Offset(zone=None if zone == "utc" else zone) if zone else None
        return Family.SURE, {
            Order.SURE: DateForm(f"%b %d %H:%M:%S {zone + ' ' if zone else ''}%Y", len(shape), offset)
        }
    match = _DATE.match(shape)
    if match is None:
        return None
    tail = _tail(shape, match.end())
    if tail is None:
        return None
    time_format, length, offset = tail
    family, formats = _date_formats(match)
    return family, {order: DateForm(date + time_format, length, offset) for order, date in formats.items()}


def _numeric_forms(shape: str) -> tuple[Family, dict[Order, DateForm]] | None:
    """Unix times, Excel's day numbers, and dates of 12 or 14 digits."""
    match = re.fullmatch(r"(9+)(?:\.(9+))?", shape)
    if match is None:
        return None
    digits, fraction, n = len(match[1]), len(match[2] or ""), len(shape)
    if digits in (9, 10):
        return Family.SURE, {Order.SURE: DateForm("seconds", n, Offset())}
    if digits == 12 and not fraction:
        return Family.TWELVE_DIGITS, {
            Order.YMD: DateForm("%Y%m%d%H%M", n),
            Order.SURE: DateForm("milliseconds", n, Offset()),
        }
    if digits in (12, 13):
        return Family.SURE, {Order.SURE: DateForm("milliseconds", n, Offset())}
    if digits == 14 and not fraction:
        return Family.SURE, {Order.SURE: DateForm("%Y%m%d%H%M%S", n)}
    if digits in (15, 16) and not fraction:
        return Family.SURE, {Order.SURE: DateForm("microseconds", n, Offset())}
    if digits in (18, 19) and not fraction:
        return Family.SURE, {Order.SURE: DateForm("nanoseconds", n, Offset())}
    if digits == 5:
        return Family.SURE, {Order.SURE: DateForm(EXCEL, n)}
    if digits == 8 and fraction == 1:
        return Family.EIGHT_DIGITS, {o: DateForm(f, 8) for o, f in _joined("", "").items()}
    return None


def _tail(shape: str, start: int) -> tuple[str, int, Offset | None] | None:
    """Format of the time after the date, the length of both, and the offset; None where the rest is no
    time."""
    if start == len(shape):
        return "", start, None
    time = _TIME.match(shape, start)
    if time is None:
        rest = _OFFSET.fullmatch(shape, start)
        return ("", start, _offset(rest)) if rest else None
    length, time_format = (
        time.end(),
        _literal(time["gap"]) + ("%I" if time["pm"] else "%H") + _literal(time["colon"]) + "%M",
    )
    if time["second"]:
        time_format += _literal(time["colon2"]) + "%S"
    if time["fraction"]:
        time_format += time["point"] + "%f"
        length = min(length, time.start("fraction") + 6) if not time["pm"] else length
    if time["pm"]:
        time_format += time["pm"][:-2] + "%p"
    if time.end() == len(shape):
        return time_format, length, None
    rest = _OFFSET.fullmatch(shape, time.end())
    return (time_format, length, _offset(rest)) if rest else None


def _offset(match: re.Match[str]) -> Offset:
    if match["utc"] or match["zone"]:
        return Offset(zone=match["zone"])
    minutes = match.start("minutes") if match["minutes"] else None
    return Offset(-1 if match["sign"] == "-" else 1, match.start("hours"), minutes)


def _date_formats(match: re.Match[str]) -> tuple[Family, dict[Order, str]]:
    """strptime formats of the date part, by order."""
    if match["iso"]:
        return Family.SURE, {Order.SURE: f"%Y{match['iso_a']}%m{match['iso_b']}%d"}
    if match["long"]:
        a, b = match["long_a"], match["long_b"]
        return Family.FOUR_DIGIT_YEAR, {Order.DMY: f"%d{a}%m{b}%Y", Order.MDY: f"%m{a}%d{b}%Y"}
    if match["short"]:
        a, b = match["short_a"], match["short_b"]
        return Family.TWO_DIGIT_YEAR, {
            Order.DMY: f"%d{a}%m{b}%y",
            Order.MDY: f"%m{a}%d{b}%y",
            Order.YMD: f"%y{a}%m{b}%d",
        }
    if match["day_word"]:
        return Family.SURE, {Order.SURE: f"%d{match['dw_a']}%b{match['dw_b']}{_year(match['dw_year'])}"}
    if match["word_day"]:
        return Family.SURE, {Order.SURE: f"%b{match['wd_a']}%d{match['wd_b']}{_year(match['wd_year'])}"}
    if match["year_word"]:
        return Family.SURE, {Order.SURE: f"%Y{match['yw_a']}%b{match['yw_b']}%d"}
    return Family.EIGHT_DIGITS, _joined("", "")


def _joined(a: str, b: str) -> dict[Order, str]:
    return {Order.YMD: f"%Y{a}%m{b}%d", Order.DMY: f"%d{a}%m{b}%Y", Order.MDY: f"%m{a}%d{b}%Y"}


def _year(digits: str) -> str:
    return "%Y" if len(digits) == 4 else "%y"


def _literal(text: str) -> str:
    return text.replace("%", "%%")
