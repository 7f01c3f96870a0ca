"""The parts that every report consists of. All texts are plain: whoever draws them escapes them."""

from dataclasses import dataclass, field
from typing import Literal

Align = Literal["left", "right"]


@dataclass(frozen=True)
class Paragraph:
    """A few sentences; quiet: of lesser weight, a note: set apart from the text."""

    text: str
    tone: Literal["plain", "quiet", "note"] = "plain"


@dataclass(frozen=True)
class Bullets:
    """Sentences of one rank; title: what they are about, where the section's heading does not say it."""

    items: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True)
class Card:
    """One figure that is seen first: its value, what it is, and what else should be known of it."""

    value: str
    label: str
    detail: str = ""


@dataclass(frozen=True)
class Cards:
    """Figures side by side."""

    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Column:
    """A table's column; numbers stand to the right. weight: of its width, 0 for as narrow as it goes."""

    heading: str
    align: Align = "right"
    weight: float = 0.0


@dataclass(frozen=True)
class Table:
    """Rows of texts under headings; marked: positions of the rows that stand out; note: below it."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class RankedBars:
    """Lying bars, the first on top, each with its value in words behind it. raises: which of them are of the
    kind that asks for attention."""

    labels: tuple[str, ...]
    values: tuple[float, ...]
    shown: tuple[str, ...]
    raises: tuple[bool, ...] = ()


@dataclass(frozen=True)
class Series:
    """One quantity of a chart by the chart's labels or places; its band has one low and one high end each."""

    name: str
    values: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True)
class UprightBars:
    """Bars over labels, the series on top of each other. in_percent: values are shares (0-1)."""

    labels: tuple[str, ...]
    series: tuple[Series, ...]
    y_title: str = ""
    in_percent: bool = False


@dataclass(frozen=True)
class Lines:
    """Lines over numbers or, where they are given, over labels. mark: a place along x and what is there;
    diagonal: where both axes would agree; dots: the points are drawn too."""

    x: tuple[float, ...]
    series: tuple[Series, ...]
    x_title: str = ""
    y_title: str = ""
    labels: tuple[str, ...] = ()
    x_in_percent: bool = False
    y_in_percent: bool = False
    from_zero: bool = True
    diagonal: bool = False
    dots: bool = False
    mark: tuple[float, str] | None = None


Chart = RankedBars | UprightBars | Lines


@dataclass(frozen=True)
class Picture:
    """A chart with its title, and what it shows in a sentence for whoever cannot see it; note: below it."""

    title: str
    chart: Chart
    alt: str
    note: str = ""


@dataclass(frozen=True)
class Beside:
    """Two blocks next to each other where there is room."""

    left: "Paragraph | Bullets | Table | Picture"
    right: "Paragraph | Bullets | Table | Picture"


Block = Paragraph | Bullets | Cards | Table | Picture | Beside


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    """title: what it is; shop: whose; subtitle: of when and about what; footer: at the foot of each page."""

    title: str
    shop: str
    subtitle: str
    footer: str
    sections: tuple[Section, ...] = field(default_factory=tuple)
