"""Charts as inline SVG: small, sharp at any size, readable without a network, each mark with its value as a tooltip."""

import math
from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT = 560, 190
LEFT, BOTTOM, TOP = 46, 24, 12


def bar_chart(labels: Sequence[str], values: Sequence[float], unit: str, title: str) -> str:
    """Upright bars; every label is shown where there is room."""
    step = (WIDTH - LEFT) / max(1, len(values))
    every = max(1, -(-len(values) * 52 // (WIDTH - LEFT)))
    highest = _highest(values)
    marks = []
    for place, (label, value) in enumerate(zip(labels, values, strict=True)):
        height, x = _scaled(value, highest), LEFT + place * step
        marks.append(
            f'<rect class="bar" x="{x + step * 0.12:.1f}" y="{HEIGHT - BOTTOM - height:.1f}" width="{step * 0.76:.1f}" '
            f'height="{height:.1f}" rx="2"><title>{escape(label)}: {value:,.6g} {escape(unit)}</title></rect>'
        )
        if place % every == 0:
            marks.append(_below(x + step / 2, label))
    return _svg(title, _axis(highest) + "".join(marks))


def line_chart(labels: Sequence[str], values: Sequence[float], unit: str, title: str, mark: tuple[int, str] | None = None) -> str:
    """One line over time with its area; five labels along the axis; `mark` names one place with an upright line."""
    step = (WIDTH - LEFT - 8) / max(1, len(values) - 1)
    highest = _highest(values)
    points = [(LEFT + i * step, HEIGHT - BOTTOM - _scaled(v, highest)) for i, v in enumerate(values)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    floor = HEIGHT - BOTTOM
    area = f'<polygon class="area" points="{LEFT},{floor} {path} {points[-1][0]:.1f},{floor}"/>'
    dots = "".join(
        f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{escape(label)}: {value:,.6g} {escape(unit)}</title></circle>'
        for (x, y), label, value in zip(points, labels, values, strict=True)
    )
    shown = sorted({round(i * (len(labels) - 1) / 4) for i in range(5)})
    names = "".join(_text(points[i][0], HEIGHT - 8, labels[i], "end" if i == shown[-1] else "start" if i == 0 else "middle") for i in shown)
    marked = _marked(points[mark[0]][0], mark[1]) if mark else ""
    return _svg(title, _axis(highest) + area + f'<polyline class="line" points="{path}"/>' + marked + dots + names)


def stacked_bars(labels: Sequence[str], lower: Sequence[float], upper: Sequence[float], names: tuple[str, str], title: str) -> str:
    """Two quantities on top of each other per label, with a legend."""
    step = (WIDTH - LEFT) / max(1, len(labels))
    every = max(1, -(-len(labels) * 52 // (WIDTH - LEFT)))
    highest = _highest([a + b for a, b in zip(lower, upper, strict=True)])
    marks = []
    for place, (label, low, high) in enumerate(zip(labels, lower, upper, strict=True)):
        x, width, y = LEFT + place * step + step * 0.12, step * 0.76, float(HEIGHT - BOTTOM)
        for kind, name, value in (("bar", names[0], low), ("second", names[1], high)):
            height = _scaled(value, highest)
            y -= height
            marks.append(
                f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}">'
                f"<title>{escape(label)}: {value:,.0f} {escape(name)}</title></rect>"
            )
        if place % every == 0:
            marks.append(_below(x + width / 2, label))
    legend = f'<p class="legend"><span class="key"></span>{escape(names[0])} <span class="key key2"></span>{escape(names[1])}</p>'
    return legend + _svg(title, _axis(highest) + "".join(marks))


def ranked_bars(labels: Sequence[str], values: Sequence[float], shown: Sequence[str], title: str) -> str:
    """Lying bars, longest label cut to 28 characters, with the value written behind each."""
    highest, row, start = max([*values, 0.0]) or 1.0, 24, 190
    marks = []
    for place, (label, value, text) in enumerate(zip(labels, values, shown, strict=True)):
        y, width = place * row + 4, (WIDTH - start - 90) * value / highest
        cut = label if len(label) <= 28 else label[:27] + "…"
        marks.append(
            f'{_text(start - 8, y + 13, cut, "end")}<rect class="bar" x="{start}" y="{y}" width="{width:.1f}" height="{row - 8}" rx="2">'
            f"<title>{escape(label)}: {escape(text)}</title></rect>{_text(start + width + 6, y + 13, text, 'start')}"
        )
    return _svg(title, "".join(marks), height=len(labels) * row + 8)


def _svg(title: str, body: str, height: int = HEIGHT) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">{body}</svg>'


def _marked(x: float, text: str) -> str:
    return f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>' + _text(
        x + 5, HEIGHT - BOTTOM - 8, text, "start"
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _below(x: float, label: str) -> str:
    """A label under the axis; at the right edge it ends where the picture ends."""
    near = WIDTH - x < 3.2 * len(label)
    return _text(WIDTH if near else x, HEIGHT - 8, label, "end" if near else "middle")


def _highest(values: Sequence[float]) -> float:
    """The top of the axis: the next round number (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8 times a power of ten)."""
    largest = max([*values, 0.0]) or 1.0
    unit = 10.0 ** math.floor(math.log10(largest))
    return next(top * unit for top in (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10) if top * unit >= largest * (1 - 1e-9))


def _scaled(value: float, highest: float) -> float:
    return max(0.0, value) / highest * (HEIGHT - TOP - BOTTOM)


def _axis(highest: float) -> str:
    lines = []
    for part in (0.0, 0.5, 1.0):
        y = HEIGHT - BOTTOM - _scaled(part * highest, highest)
        lines.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(_text(LEFT - 6, y + 4, _short(part * highest), "end"))
    return "".join(lines)


def _short(value: float) -> str:
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"
