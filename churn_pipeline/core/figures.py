"""Pictures in one palette and one style: every plot of the product begins with `figure` and ends with `png`.

Figures are built without pyplot, whose global state is not safe in the threads of a server. What is drawn
stays with the stage that knows what it means."""

from io import BytesIO
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from PIL import Image

INK = "#22313f"  # text, and what stands beside the two sides
ACCENT = "#c0392b"  # what asks for attention: churned, raises churn, the limit
SOFT = "#2a7f9e"  # what is usual: came back, lowers churn
PALE = "#8cc3d4"  # the second of two quantities that are stacked
GREY = "#8a8a8a"  # neither, and the lines that a picture is read against
QUIET = "#d5dde3"  # what lies behind
LOW_TO_HIGH = "coolwarm"  # colour map of a value from low to high

DPI = 84
COLOURS = 32  # of a saved picture: a third of the bytes, and pictures are kept in run metadata
TEXT, SMALL = 8, 7
Place = Literal["best", "lower right", "upper right"]


def figure(width: float, height: float, panels: int = 1, arranged: bool = True) -> tuple[Figure, list[Axes]]:
    """An empty figure (inches) with so many panels side by side, in the house style; arranged: by itself,
    when it is drawn."""
    drawn = Figure(figsize=(width, height), dpi=DPI, layout="constrained" if arranged else None)
    axes = list(drawn.subplots(1, panels, squeeze=False)[0])
    for panel in axes:
        panel.spines[["top", "right"]].set_visible(False)
        panel.spines[["bottom", "left"]].set_color(GREY)
        panel.tick_params(labelsize=TEXT, colors=INK)
        panel.xaxis.label.set(size=TEXT, color=INK)
        panel.yaxis.label.set(size=TEXT, color=INK)
        panel.title.set(size=TEXT + 1, color=INK)
    return drawn, axes


def legend(axes: Axes, place: Place = "best", columns: int = 1) -> None:
    """The names of what is drawn, small and without a frame."""
    axes.legend(fontsize=SMALL, frameon=False, loc=place, ncols=columns, labelcolor=INK)


def percent_ticks() -> PercentFormatter:
    """Shares (0-1) along an axis in percent, as in sentences."""
    return PercentFormatter(1.0, symbol=" %")


def png(drawn: Figure) -> bytes:
    """The figure as PNG, the same bytes for the same picture: the software's version is not written into
    it."""
    full, small = BytesIO(), BytesIO()
    FigureCanvasAgg(drawn).print_png(full, metadata={"Software": None})
    Image.open(full).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
        small, format="png", optimize=True
    )
    return small.getvalue()
