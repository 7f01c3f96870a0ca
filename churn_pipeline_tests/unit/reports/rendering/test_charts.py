"""Charts as SVG: their texts, the length and colour of their bars, names that do not collide."""

import re
from xml.etree import ElementTree

import pytest

from churn_pipeline.core.figures import ACCENT, SOFT
from churn_pipeline.reports.content.blocks import Lines, RankedBars, Series, UprightBars
from churn_pipeline.reports.rendering.charts import short, svg

HOSTILE = "<script>alert(1)</script> & $x^2$ 名前"
BARS = RankedBars((HOSTILE, "Tea"), (3.0, 1.0), ("3 $", "1 $"), raises=(True, False))
STACKED = (Series("new", (1.0, 2.0)), Series("returning", (3.0, 4.0)))
UPRIGHT = UprightBars(("2024-01", "2024-02"), STACKED)
BAND = Series("expected", (3.0, 2.0, 1.0), (2.0, 1.0, 0.5), (4.0, 3.0, 2.0))
LINES = Lines((1.0, 2.0, 3.0), (BAND,), mark=(2.0, "here"))


def texts_of(drawing: str) -> list[str]:
    root = ElementTree.fromstring(drawing)  # noqa: S314 - our own drawing
    return ["".join(node.itertext()).strip() for node in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("chart", (BARS, UPRIGHT, LINES))
@pytest.mark.parametrize("wide", (True, False))
def test_every_chart_is_one_sound_element_with_texts(chart: object, wide: bool) -> None:
    drawing = svg(chart, wide, "a")  # type: ignore[arg-type]
    assert drawing.startswith("<svg") and drawing.endswith("</svg>") and texts_of(drawing)
    assert "<metadata" not in drawing and "<script" not in drawing
    assert drawing == svg(chart, wide, "a")  # type: ignore[arg-type]


def test_hostile_labels_stay_texts() -> None:
    texts = texts_of(svg(BARS, True, "a"))
    assert any(text == HOSTILE for text in texts) and "3 $" in texts


def test_bars_are_as_long_as_their_values_and_coloured_by_kind() -> None:
    drawing = svg(BARS, True, "a")
    bars = re.findall(
        r'<path d="M ([\d.]+) [\d.]+ \nL ([\d.]+) [^"]*" clip[^>]*style="fill: (#[0-9a-f]+)"', drawing
    )
    widths = [float(right) - float(left) for left, right, _ in bars]
    assert [colour for _, _, colour in bars] == [ACCENT, SOFT]
    assert widths[0] == pytest.approx(3 * widths[1], rel=1e-3)


def test_names_inside_two_drawings_differ() -> None:
    def names(drawing: str) -> set[str]:
        return set(re.findall(r' id="([^"]+)"', drawing))

    first, second = names(svg(LINES, True, "one")), names(svg(LINES, True, "two"))
    assert first and not first & second


def test_empty_and_single_charts_can_be_drawn() -> None:
    for chart in (
        RankedBars((), (), ()),
        UprightBars(("a",), (Series("s", (0.0,)),)),
        Lines((1.0,), (Series("s", (0.0,)),)),
    ):
        assert svg(chart, False, "a").startswith("<svg")


@pytest.mark.parametrize(
    ("value", "said"), [(1.5e6, "1.5M"), (20_000, "20k"), (300, "300"), (0.25, "0.25"), (-2000, "-2k")]
)
def test_numbers_along_axes_are_short(value: float, said: str) -> None:
    assert short(value) == said
