"""Groups of like customers in each of which the lot is drawn, and the drawing."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn_pipeline.campaigns.assignment.lots import Floats
from churn_pipeline.core.enums import CONTROL_ARM

SMALLEST = 20
"""Customers of a stratum; smaller ones are joined with their neighbours of the same offer."""
CONTROL = CONTROL_ARM
LEARNING = "learning"


@dataclass(frozen=True)
class Drawn:
    """The arm of each customer and the chance that the lot gave it: arrays in the customers' order."""

    arm: npt.NDArray[np.object_]
    probability: Floats


def strata(offer: pd.Series, segment: pd.Series, value: pd.Series) -> pd.Series:
    """A stratum's name for each customer: offer / segment / upper or lower half by value.

    Where a half would hold fewer than SMALLEST, the segment is one stratum; a segment with fewer joins the
    others of the offer."""
    cells = pd.DataFrame({"offer": offer.astype(str), "segment": segment.astype(str), "value": value})
    by_segment = cells.groupby(["offer", "segment"])["value"]
    size = by_segment.transform("size")
    upper = cells["value"] >= by_segment.transform("median")
    in_half = cells.assign(upper=upper).groupby(["offer", "segment", "upper"])["value"].transform("size")
    smallest_half = in_half.groupby([cells["offer"], cells["segment"]]).transform("min")
    halved = (smallest_half >= SMALLEST) & (smallest_half < size)
    half = np.where(halved, np.where(upper, " / upper value", " / lower value"), "")
    name = np.where(size >= SMALLEST, cells["segment"] + half, "others")
    return cells["offer"].str.cat(pd.Series(name, index=cells.index, dtype=object), sep=" / ")


def draw(stratum: pd.Series, lot: Floats, offer: pd.Series, control_share: float, arms: list[str]) -> Drawn:
    """Gives each customer an arm: in every stratum those with the smallest lots are the control group.

    offer: the arm that was chosen for the customer, or LEARNING, whose offer is the lot's as well. The
    number of each stratum's controls is fixed before the lot (the share, fractions carried on from stratum
    to stratum), so that chances are exact: a stratum's controls over its customers."""
    arm, probability = offer.to_numpy(object).copy(), np.ones(len(stratum))
    carried = 0.0
    for name in sorted(stratum.unique()):
        members = np.flatnonzero((stratum == name).to_numpy())
        members = members[np.argsort(lot[members], kind="stable")]
        n, wanted = len(members), len(members) * control_share + carried
        controls = int(np.clip(np.floor(wanted + 0.5), min(1, n - 1), n - 1)) if control_share > 0 else 0
        carried = float(np.clip(wanted - controls, -1, 1)) if control_share > 0 else 0.0
        arm[members[:controls]] = CONTROL
        probability[members[:controls]] = controls / n if controls else 1.0
        treated = members[controls:]
        if offer.iloc[members[0]] == LEARNING:
            turn = np.arange(len(treated)) % len(arms)
            arm[treated] = np.array(arms, dtype=object)[turn]
            probability[treated] = np.bincount(turn, minlength=len(arms))[turn] / n
        else:
            probability[treated] = (n - controls) / n
    return Drawn(arm, probability)
