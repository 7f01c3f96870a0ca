"""Pictures of explanations as PNG: importance, summary, dependence, waterfall, partial dependence."""

import numpy as np
import pandas as pd

from churn_pipeline.core.figures import ACCENT, GREY, INK, LOW_TO_HIGH, SOFT, TEXT, figure, percent_ticks, png
from churn_pipeline.core.wording import percent
from churn_pipeline.explain.explanation import Explanation
from churn_pipeline.explain.partial_dependence import PartialDependence
from churn_pipeline.explain.reasons import factor_impacts
from churn_pipeline.features.catalogue import FACTORS, feature

RAISES, LOWERS = ACCENT, SOFT
MOST_FEATURES = 12
MOST_POINTS = 2_000
MOST_POINTS_OF_ALL_FEATURES = 3_000  # a picture with more would not fit into run metadata
INDIVIDUAL_CURVES = 60


def importance_plot(importance: pd.DataFrame, most: int = 10) -> bytes:
    """Bars of the most important features, coloured by direction. importance: the table feature_importance.
    Returns PNG bytes."""
    top = importance.head(most).iloc[::-1]
    drawn, (axes,) = figure(7, 0.4 * len(top) + 1.2)
    colours = [GREY if np.isnan(d) else RAISES if d > 0 else LOWERS for d in top["direction"]]
    axes.barh([feature(n).label for n in top["feature"]], 100 * top["importance"], color=colours)
    axes.set_xlabel("share of all contributions, %\n(red: more of it raises churn, blue: lowers it)")
    return png(drawn)


def summary_plot(explanation: Explanation, features: pd.DataFrame, most: int = MOST_FEATURES) -> bytes:
    """Every customer's contribution of the most important features, coloured from the feature's least (blue)
    to greatest value (red)."""
    names = explanation.values.abs().mean().sort_values(ascending=False, kind="stable").index[:most][::-1]
    drawn, (axes,) = figure(8, 0.42 * len(names) + 1.2)
    rows = _spread(len(explanation.values), MOST_POINTS_OF_ALL_FEATURES // len(names))
    jitter = np.random.default_rng(0).uniform(-0.3, 0.3, len(rows))
    for height, name in enumerate(names):
        rank = features[name].astype(float).rank(pct=True).to_numpy()[rows]
        axes.scatter(
            explanation.values[name].to_numpy()[rows],
            height + jitter,
            c=rank,
            cmap=LOW_TO_HIGH,
            s=5,
            vmin=0,
            vmax=1,
            linewidths=0,
        )
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_yticks(range(len(names)), [feature(n).label for n in names])
    axes.set_xlabel("contribution to the log-odds of churning\n(blue: low value, red: high value)")
    return png(drawn)


def dependence_plot(explanation: Explanation, features: pd.DataFrame, name: str) -> bytes:
    """How the value of one feature moves its contribution: a point per customer."""
    drawn, (axes,) = figure(6, 4)
    rows = _spread(len(explanation.values))
    axes.scatter(
        features[name].to_numpy(float)[rows],
        explanation.values[name].to_numpy()[rows],
        s=6,
        color=LOWERS,
        alpha=0.5,
        linewidths=0,
    )
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.set_xlabel(f"{feature(name).label} ({feature(name).unit})")
    axes.set_ylabel("contribution to the log-odds")
    return png(drawn)


def waterfall_plot(explanation: Explanation, row: int) -> bytes:
    """From the usual probability to the customer's, factor by factor, in probability points. row: position in
    the explanation."""
    impacts = factor_impacts(explanation).iloc[row]
    order = impacts.abs().sort_values(ascending=False, kind="stable").index
    shown = [
        (FACTORS.get(str(factor), str(factor)), float(impacts[factor]))
        for factor in order[: MOST_FEATURES - 2]
    ]
    rest = float(impacts[order[MOST_FEATURES - 2 :]].sum())
    if len(order) > MOST_FEATURES - 2:
        shown.append(("everything else", rest))
    drawn, (axes,) = figure(7, 0.4 * len(shown) + 1.4)
    at = explanation.base_probability
    for height, (_, impact) in enumerate(shown):
        axes.barh(-height, impact, left=at, color=RAISES if impact > 0 else LOWERS)
        axes.annotate(f"{100 * impact:+.1f}", (at + impact, -height), xytext=(3 if impact > 0 else -3, 0),
        textcoords="offset points",
                      ha="left" if impact > 0 else "right", va="center", fontsize=TEXT)  # fmt: skip
        at += impact
    axes.axvline(explanation.base_probability, color=GREY, linewidth=0.8, linestyle=":")
    axes.axvline(float(explanation.probability[row]), color=INK, linewidth=0.8)
    axes.set_yticks([-h for h in range(len(shown))], [label for label, _ in shown])
    axes.margins(x=0.2)
    axes.xaxis.set_major_formatter(percent_ticks())
    usual, own = percent(explanation.base_probability), percent(float(explanation.probability[row]))
    axes.set_xlabel(f"churn probability: from {usual} (usual) to {own}; steps in percentage points")
    return png(drawn)


def partial_dependence_plot(curves: PartialDependence) -> bytes:
    """The mean curve over some customers' own curves."""
    drawn, (axes,) = figure(6, 4)
    axes.plot(curves.grid, curves.individual[:INDIVIDUAL_CURVES].T, color=GREY, alpha=0.25, linewidth=0.6)
    axes.plot(curves.grid, curves.mean, color=RAISES, linewidth=2)
    axes.set_xlabel(f"{feature(curves.feature).label} ({feature(curves.feature).unit})")
    axes.set_ylabel("churn probability")
    axes.set_ylim(0, 1)
    return png(drawn)


def _spread(count: int, most: int = MOST_POINTS) -> np.ndarray:
    """At most `most` evenly spaced positions."""
    return np.arange(0, count, max(1, -(-count // most)))
