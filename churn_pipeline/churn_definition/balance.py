"""Is one of the two outcomes so rare that training needs help? The specification's flags, with advice that
keeps probabilities honest."""

from dataclasses import dataclass
from typing import Literal

from churn_pipeline.core.wording import percent

Strategy = Literal["none", "weights", "smote", "undersampling"]

RARE = 0.10
SMOTE_BELOW = 0.20
UNDERSAMPLE_FROM_ROWS = 200_000


@dataclass(frozen=True)
class ClassBalance:
    """Churn rate (0-1, None when it could not be observed), whether it is below 10 % or above 90 %, the
    strategy advised and why."""

    churn_rate: float | None
    flagged: bool
    advice: Strategy
    text: str


def class_balance(churn_rate: float | None, customers: int) -> ClassBalance:
    """Advice for training on `customers` snapshots of which the share `churn_rate` churned.

    Weights and resampling distort probabilities, so unweighted training stays a candidate everywhere and the
    others have to beat it in cross-validation after calibration; SMOTE needs a minority below 20 % (the
    specification), undersampling many rows to throw away."""
    if churn_rate is None:
        return ClassBalance(
            None, False, "none", "Nobody was eligible at the test cutoff, so the churn rate is unknown."
        )
    minority = min(churn_rate, 1 - churn_rate)
    who = "churn" if churn_rate <= 0.5 else "stay"
    few = f"Only {percent(minority)} {who}"
    flagged = minority < RARE
    if minority >= SMOTE_BELOW:
        text = f"{percent(churn_rate)} churn: both outcomes are frequent enough, nothing is needed."
        return ClassBalance(churn_rate, flagged, "none", text)
    if minority == 0:
        return ClassBalance(
            churn_rate,
            True,
            "none",
            "All customers had the same outcome, so nothing can be learned: choose another horizon.",
        )
    if not flagged:
        text = (
            f"{few}: class weights, undersampling and, in a thorough search, SMOTE are tried, and kept "
            f"only if they predict better after calibration."
        )
        return ClassBalance(churn_rate, flagged, "weights", text)
    if customers >= UNDERSAMPLE_FROM_ROWS:
        text = (
            f"{few}, a severe imbalance, but of many customers: "
            f"undersampling the others saves time and loses little."
        )
        return ClassBalance(churn_rate, flagged, "undersampling", text)
    text = (
        f"{few}, a severe imbalance: class weights, undersampling and, in a thorough search, SMOTE, inside "
        f"each fold only, are tried, and kept only if they predict better after calibration; "
        f"a {'shorter' if who == 'churn' else 'longer'} horizon "
        f"would balance it too."
    )
    return ClassBalance(churn_rate, flagged, "smote", text)
