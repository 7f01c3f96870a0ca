"""One picture per model for the experiment tracker: ROC, precision-recall, calibration and lift at the
test."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import precision_recall_curve, roc_curve

from churn_pipeline.core.figures import GREY, INK, SOFT, figure, png

BINS = 10


def model_curves(title: str, y: NDArray[np.int8], p: NDArray[np.float64]) -> bytes:
    """The four curves of probabilities `p` against outcomes `y`, as PNG."""
    drawn, (roc, recall, calibration, lift) = figure(12, 3.2, panels=4, arranged=False)
    false_positives, true_positives, _ = roc_curve(y, p)
    _draw(roc, false_positives, true_positives, "ROC", "share of the loyal", "share of churners")
    precision, reached, _ = precision_recall_curve(y, p)
    _draw(recall, reached, precision, "Precision and recall", "recall", "precision")
    bins = [b for b in np.array_split(np.argsort(p, kind="stable"), BINS) if len(b)]
    _draw(
        calibration,
        [p[b].mean() for b in bins],
        [y[b].mean() for b in bins],
        "Calibration",
        "predicted",
        "observed",
        "o-",
    )
    calibration.axline((0, 0), slope=1, color=GREY, linewidth=0.7)
    order = np.argsort(-p, kind="stable")
    contacted = np.arange(1, len(y) + 1)
    gain = np.cumsum(y[order]) / contacted / max(float(y.mean()), 1e-9)
    start = max(1, len(y) // 100)  # the first per cent is noise
    _draw(
        lift, (contacted / len(y))[start:], gain[start:], "Lift", "share contacted", "times the average rate"
    )
    drawn.subplots_adjust(
        left=0.05, right=0.99, top=0.8, bottom=0.17, wspace=0.3
    )  # an automatic layout takes as long as the drawing
    drawn.suptitle(title, fontsize=10, color=INK)
    return png(drawn)


def _draw(
    axes: Axes, x: ArrayLike, y: ArrayLike, title: str, x_label: str, y_label: str, style: str = "-"
) -> None:
    axes.plot(x, y, style, color=SOFT)
    axes.set_title(title)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
