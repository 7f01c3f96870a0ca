"""The charts of the pages: Altair, in colours that the colour-blind can tell apart (Okabe and Ito, 2008)."""

from typing import Any

import altair as alt
import pandas as pd

BLUE, ORANGE, GREEN, GREY, VERMILION = "#0072B2", "#E69F00", "#009E73", "#8C8C8C", "#D55E00"
TIER_COLOURS = {
    "High risk": VERMILION,
    "Medium risk": ORANGE,
    "Low risk": GREEN,
    "Lapsed": GREY,
    "New": BLUE,
}


def bars(rows: list[dict[str, Any]], label: str, value: str, colour: str = BLUE) -> alt.Chart:
    """Horizontal bars in the order of the rows."""
    frame = pd.DataFrame(rows, columns=[label, value])
    return (
        alt.Chart(frame, height=alt.Step(24))
        .mark_bar(color=colour)
        .encode(x=alt.X(value, title=value), y=alt.Y(label, sort=None, title=None), tooltip=[label, value])
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
            y=alt.Y(label, sort=None, title=None),
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
    chart = alt.Chart(pd.DataFrame(rows)).encode(x=alt.X(x, sort=None, title=None))
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
