"""Whether the champion's probabilities hold: expected beside observed, and the churn rate by cutoff."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from churn_pipeline.core.documents.results import Results
from churn_pipeline.core.wording import counted, number, percent
from churn_pipeline.reports.content.blocks import Beside, Block, Lines, Paragraph, Picture, Section, Series
from churn_pipeline.training.evaluation.reliability import reliability


@dataclass(frozen=True)
class Calibration:
    """Equally large groups of test customers by probability: mean probability and observed churn rate,
    0-1."""

    expected: tuple[float, ...]
    observed: tuple[float, ...]


def calibration(p: NDArray[np.float64], churned: NDArray[np.int8]) -> Calibration:
    """The calibration of probabilities (0-1) against outcomes (0, 1), in at most ten groups."""
    groups = reliability(p, churned)
    return Calibration(tuple(g.expected for g in groups), tuple(g.observed for g in groups))


def probabilities(results: Results, calibrated: Calibration | None) -> Section | None:
    """The section on calibration, level and churn rates; None where nothing of it is known."""
    pictures = [_calibration_picture(calibrated), _rate_picture(results)]
    shown = [picture for picture in pictures if picture is not None]
    if not shown:
        return None
    blocks: list[Block] = [Beside(*shown)] if len(shown) == 2 else list(shown)
    if results.level is not None:
        blocks.append(Paragraph(results.level.sentence))
    return Section("Do the probabilities hold?", tuple(blocks))


def _calibration_picture(calibrated: Calibration | None) -> Picture | None:
    if calibrated is None or len(calibrated.expected) < 2:
        return None
    worst = max(abs(e - o) for e, o in zip(calibrated.expected, calibrated.observed, strict=True))
    return Picture(
        "Expected and observed churn rate, groups of equal size",
        Lines(
            calibrated.expected,
            (Series("observed", calibrated.observed),),
            x_title="expected (dashed: as it should be)",
            y_title="observed",
            x_in_percent=True,
            y_in_percent=True,
            diagonal=True,
            dots=True,
        ),
        f"In {len(calibrated.expected)} groups of test customers the observed churn rate differs from the "
        f"expected one by at most {number(100 * worst, 1)} percentage points.",
    )


def _rate_picture(results: Results) -> Picture | None:
    rates: dict[str, float] = dict(results.training.get("churn_rate_by_cutoff") or {})
    tested = results.training.get("test_cutoff")
    if tested:
        rates[tested] = results.summary.churn_rate
    if len(rates) < 2:
        return None
    dates, values = list(rates), tuple(rates.values())
    return Picture(
        "Churn rate by cutoff; the last one is the test",
        Lines(
            tuple(float(place) for place in range(len(dates))),
            (Series("churn rate", values),),
            labels=tuple(date[:7] for date in dates),
            y_in_percent=True,
            dots=True,
        ),
        f"The churn rate lay between {percent(min(values))} and {percent(max(values))} at "
        f"{counted(len(dates), 'cutoffs')} from {dates[0]} to {dates[-1]}.",
    )
