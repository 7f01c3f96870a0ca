"""The charts of the pages: Altair, in colours that the colour-blind can tell apart (Okabe and Ito, 2008)."""

from typing import Any

import altair as alt
import pandas as pd

BLUE, ORANGE, GREEN, GREY, VERMILION = "#0072B2", "#E69F00", "#009E73", "#8C8C8C", "#D55E00"
BLUE_ON_BOTH = "#3D8FD1"
"""The blue, lighter: small dots on a dark page."""
TIER_COLOURS = {
    "High risk": VERMILION,
    "Medium risk": ORANGE,
    "Low risk": GREEN,
    "Lapsed": GREY,
    "New": BLUE,
}


LABELS = alt.Axis(labelLimit=260, title=None)


def bars(rows: list[dict[str, Any]], label: str, value: str, colour: str = BLUE) -> alt.Chart:
    """Horizontal bars in the order of the rows."""
    frame = pd.DataFrame(rows, columns=[label, value])
    return (
        alt.Chart(frame, height=alt.Step(24))
        .mark_bar(color=colour)
        .encode(x=alt.X(value, title=value), y=alt.Y(label, sort=None, axis=LABELS), tooltip=[label, value])
    )


def signed_bars(rows: list[dict[str, Any]], label: str, value: str) -> alt.Chart:
    """Horizontal bars to both sides: above 0 raises the risk (vermilion), below lowers it (blue)."""
    frame = pd.DataFrame(rows, columns=[label, value])
    colour = alt.condition(alt.datum[value] > 0, alt.value(VERMILION), alt.value(BLUE))
    return (
        alt.Chart(frame, height=alt.Step(24))
        .mark_bar()
        .encode(
            x=alt.X(value, title=value),
            y=alt.Y(label, sort=None, axis=LABELS),
            color=colour,
            tooltip=[label, value],
        )
    )


def tiers(rows: list[dict[str, Any]]) -> alt.Chart:
    """How many customers stand in which segment; rows: {Segment, Customers}."""
    return (
        alt.Chart(pd.DataFrame(rows))
        .mark_arc(innerRadius=50)
        .encode(
            theta="Customers",
            color=alt.Color(
                "Segment",
                scale=alt.Scale(domain=list(TIER_COLOURS), range=list(TIER_COLOURS.values())),
                sort=list(TIER_COLOURS),
            ),
            tooltip=["Segment", "Customers"],
        )
    )


def band(rows: list[dict[str, Any]], x: str, value: str, low: str, high: str) -> alt.LayerChart:
    """A line with its interval."""
    chart = alt.Chart(pd.DataFrame(rows), height=240).encode(x=alt.X(f"{x}:T", title=None))
    area = chart.mark_area(opacity=0.25, color=BLUE).encode(y=alt.Y(low, title=value), y2=high)
    return area + chart.mark_line(color=BLUE, point=True).encode(y=value, tooltip=[x, value, low, high])


def marked_curve(rows: list[dict[str, Any]], x: str, y: str, marked: float) -> alt.LayerChart:
    """A curve, and a rule at the place that is chosen."""
    line = alt.Chart(pd.DataFrame(rows)).mark_line(color=BLUE).encode(x=x, y=y, tooltip=[x, y])
    rule = alt.Chart(pd.DataFrame({x: [marked]})).mark_rule(color=VERMILION, size=2).encode(x=x)
    return line + rule


def intervals(rows: list[dict[str, Any]], label: str, value: str, low: str, high: str) -> alt.LayerChart:
    """A point with its interval for each row, beside a rule at 0."""
    chart = alt.Chart(pd.DataFrame(rows), height=alt.Step(36)).encode(y=alt.Y(label, sort=None, title=None))
    shown = [label, value, low, high]
    lines = chart.mark_rule(color=BLUE, size=3).encode(x=alt.X(low, title=value), x2=high, tooltip=shown)
    points = chart.mark_point(color=BLUE, filled=True, size=120, opacity=1).encode(x=value, tooltip=shown)
    nothing = alt.Chart(pd.DataFrame({value: [0.0]})).mark_rule(color=GREY, strokeDash=[4, 4]).encode(x=value)
    return nothing + lines + points


def calibration(rows: list[dict[str, float]], expected: str, happened: str) -> alt.LayerChart:
    """What happened against what was expected, beside the line on which both are equal."""
    frame = pd.DataFrame(rows)
    ends = pd.DataFrame({expected: [0.0, 1.0], happened: [0.0, 1.0]})
    equal = alt.Chart(ends).mark_line(color=GREY, strokeDash=[4, 4]).encode(x=expected, y=happened)
    dots = (
        alt.Chart(frame)
        .mark_point(color=BLUE, filled=True, size=80)
        .encode(x=expected, y=happened, tooltip=list(frame.columns))
    )
    return equal + dots


def orders_over_time(history: list[dict[str, Any]], currency: str) -> alt.Chart:
    """A bar an order at its date; history: {ordered_at, amount}."""
    title = f"Amount, {currency}" if currency else "Amount"
    frame = pd.DataFrame({"Date": [o["ordered_at"] for o in history], title: [o["amount"] for o in history]})
    return (
        alt.Chart(frame, height=180)
        .mark_bar(color=BLUE, width=4)
        .encode(
            x=alt.X("Date:T", title=None),
            y=alt.Y(title),
            tooltip=[alt.Tooltip("Date:T", format="%Y-%m-%d"), title],
        )
    )


def line(rows: list[dict[str, Any]], x: str, y: str) -> alt.Chart:
    """A line with its points, over dates; rows without a value leave a gap."""
    return (
        alt.Chart(pd.DataFrame(rows), height=200)
        .mark_line(color=BLUE, point=True)
        .encode(x=alt.X(f"{x}:T", title=None), y=y, tooltip=[x, y])
    )


def calibration_with_intervals(rows: list[dict[str, float]]) -> alt.LayerChart:
    """`calibration` in percent, each dot with the 95 % interval of what happened (low, high)."""
    expected, happened = "Expected, %", "Happened, %"
    highest = max([100.0, *(row["high"] for row in rows)]) if rows else 100.0
    ends = pd.DataFrame({expected: [0.0, highest], happened: [0.0, highest]})
    equal = (
        alt.Chart(ends, height=320).mark_line(color=GREY, strokeDash=[4, 4]).encode(x=expected, y=happened)
    )
    chart = alt.Chart(pd.DataFrame(rows))
    bars = chart.mark_rule(color=BLUE).encode(x=expected, y=alt.Y("low", title=happened), y2="high")
    dots = chart.mark_point(color=BLUE, filled=True, size=80).encode(
        x=expected, y=happened, tooltip=[expected, happened, "Customers"]
    )
    return equal + bars + dots


def summary(rows: list[dict[str, Any]]) -> alt.Chart:
    """Dots by feature: to the right it raises the risk; the colour is the value, blue for low ones and
    orange for high ones, which both stand out from light and dark pages."""
    feature, value, contribution = rows[0] if rows else ("Feature", "Value", "Contribution")
    return (
        alt.Chart(pd.DataFrame(rows), height=alt.Step(34))
        .mark_circle(size=18, opacity=0.7)
        .transform_calculate(spread="random()")
        .encode(
            x=alt.X(contribution),
            y=alt.Y(feature, sort=None, axis=alt.Axis(labelLimit=190, title=None)),
            yOffset=alt.YOffset("spread:Q"),
            color=alt.Color(
                f"{value}:Q",
                scale=alt.Scale(range=[BLUE_ON_BOTH, ORANGE], domain=[0, 1]),
                legend=alt.Legend(orient="bottom", gradientLength=160),  # beside it a telephone has no place
            ),
            tooltip=[feature, contribution],
        )
    )


def points(rows: list[dict[str, float]], x: str, y: str) -> alt.LayerChart:
    """A dot a row, beside the line at 0."""
    zero = alt.Chart(pd.DataFrame({y: [0.0]})).mark_rule(color=GREY, strokeDash=[4, 4]).encode(y=y)
    dots = (
        alt.Chart(pd.DataFrame(rows, columns=[x, y]), height=260)
        .mark_circle(color=BLUE, size=24, opacity=0.5)
        .encode(x=alt.X(_field(x), title=x), y=y, tooltip=[_field(x), y])
    )
    return zero + dots


def curve(rows: list[dict[str, float]], x: str, y: str) -> alt.Chart:
    """A line with its points."""
    return (
        alt.Chart(pd.DataFrame(rows, columns=[x, y]), height=260)
        .mark_line(color=BLUE, point=True)
        .encode(x=alt.X(_field(x), title=x), y=y, tooltip=[_field(x), y])
    )


def lines(rows: list[dict[str, Any]], x: str, y: str, kind: str) -> alt.Chart:
    """A line for each kind, told apart by colour and dashes, over a number."""
    shades = alt.Scale(range=[BLUE, VERMILION])
    return (
        alt.Chart(pd.DataFrame(rows, columns=[kind, x, y]), height=260)
        .mark_line(point=True)
        .encode(
            x=alt.X(_field(x), title=x),
            y=alt.Y(_field(y), title=y),
            color=alt.Color(kind, scale=shades, sort=None, title=None),
            strokeDash=alt.StrokeDash(kind, sort=None, title=None),
            tooltip=[kind, _field(x), _field(y)],
        )
    )


def _field(name: str) -> str:
    """A column's name as Altair reads it, whatever marks are in it."""
    escaped = name.replace(":", "\\:").replace(".", "\\.").replace("[", "\\[").replace("]", "\\]")
    return f"{escaped}:Q"
