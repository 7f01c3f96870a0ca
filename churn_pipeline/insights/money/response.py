"""How success rises with a discount's depth: 0 at 0, concave, through the catalogue's points, until campaigns
measure it.

The shape is 1 - exp(-depth / saturation), the least bent curve that begins at 0 and levels off. Its
saturation comes from the discounts of the shop's catalogue (.20 at 10 % and .35 at 20 % give 34.8 %: .28 at
15 %, .46 at 30 %), its height from the shop's own assumption or what its campaigns measured
(`roi.success_rate` at `roi.discount_percent`). What is not known of the shape is the bend: the saturation may
be up to 1.9 times longer or shorter (80 %), which matters the more the further a depth is from the one that
the height was taken at."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import ndtri

from churn_pipeline.insights.money.measured_rates import MeasuredRate, PooledRate
from churn_pipeline.shop.config import ShopConfig

Floats = npt.NDArray[np.float64]
STANDARD_SATURATION = -10 / np.log(0.75)
"""Percent: that of the standard catalogue, for a shop whose own has no two discounts to take a shape from."""
SHORTEST, LONGEST = 1.0, 1000.0
BEND_SD = 0.5


@dataclass(frozen=True)
class ResponseCurve:
    """rate: the share of would-be churners saved at `depth`; saturation: of the shape, both in percent of the
    order."""

    depth: float
    rate: float
    saturation: float

    def at(self, depth: float) -> float:
        """The success rate at a depth (percent), 0-1."""
        return float(self.drawn(depth, np.full(1, self.rate), np.full(1, 0.5))[0])

    def drawn(self, depth: float, rate: Floats, bend: Floats) -> Floats:
        """The success rate at a depth in each draw: rate at the curve's own depth, quantile of the bend
        (0-1); shape (draws,)."""
        saturation = self.saturation * np.exp(BEND_SD * ndtri(bend))
        if self.depth == 0:  # the contact alone succeeds so often; a discount wins a part of the others
            return np.asarray(rate + (1 - rate) * -np.expm1(-depth / saturation))
        return np.asarray(
            np.clip(rate * np.expm1(-depth / saturation) / np.expm1(-self.depth / saturation), 0.0, 1.0)
        )


def response_curve(config: ShopConfig, measured: MeasuredRate | None = None) -> ResponseCurve:
    """The curve of the shop's discounts; a measured rate, taken as that of the shop's usual discount,
    replaces the assumed one, and where two depths or more were measured, their points the bend."""
    usual, saturation = config.roi.discount_percent, _saturation(config)
    if measured is None:
        return ResponseCurve(usual, config.roi.success_rate, saturation)
    points = [(depth, rate) for depth, rate in measured.depths() if depth > 0]
    rate = measured.rate
    if usual > 0 and len(points) >= 2:
        saturation, height = _through(points, saturation)
        rate = float(height * -np.expm1(-usual / saturation))
    return ResponseCurve(usual, min(max(rate, 0.0), 1.0), saturation)


def _through(points: Sequence[tuple[float, PooledRate]], assumed: float) -> tuple[float, float]:
    """Saturation and height of the curve that comes nearest to measured points, by their standard errors; a
    saturation far from the assumed one has to be seen clearly (prior: normal in its logarithm, BEND_SD)."""
    depth, rate = np.array([depth for depth, _ in points]), np.array([found.rate for _, found in points])
    weight = 1 / np.array([found.sd for _, found in points]) ** 2

    def height(shape: Floats) -> float:
        return float((weight * rate) @ shape / ((weight * shape) @ shape))

    def distance(log_saturation: float) -> float:
        shape = -np.expm1(-depth / np.exp(log_saturation))
        missed = weight @ (rate - height(shape) * shape) ** 2
        return float(missed + ((log_saturation - np.log(assumed)) / BEND_SD) ** 2)

    found = minimize_scalar(distance, bounds=(np.log(SHORTEST), np.log(LONGEST)), method="bounded")
    saturation = float(np.exp(found.x))
    return saturation, height(-np.expm1(-depth / saturation))


def _saturation(config: ShopConfig) -> float:
    """The saturation (percent) whose curve comes nearest to the catalogue's discounts, their success rates
    squared."""
    points = {
        (a.discount_percent, a.success_rate)
        for a in config.actions
        if a.kind == "discount" and a.discount_percent > 0
    }
    depth, success = np.array(sorted(points)).reshape(-1, 2).T
    if len(set(depth)) < 2 or not success.any():
        return float(STANDARD_SATURATION)

    def distance(log_saturation: float) -> float:
        shape = -np.expm1(-depth / np.exp(log_saturation))
        return float(((success - shape * (success @ shape) / (shape @ shape)) ** 2).sum())

    found = minimize_scalar(
        distance, bounds=(np.log(SHORTEST), np.log(LONGEST)), method="bounded", options={"xatol": 1e-9}
    )
    return float(np.exp(found.x))
