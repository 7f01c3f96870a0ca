"""Documents about a shop's level: how far all churn probabilities are shifted at a date, and why."""

from datetime import date

from pydantic import Field

from churn_pipeline.core.documents.document import Document


class LevelAtDate(Document):
    """The level of a shop at a date: how far the log-odds of all churn probabilities are shifted there."""

    as_of: date
    shift: float = Field(description="log-odds; 0 where the same season was not seen a year before")
    sd: float = Field(description="standard deviation of what is not known of it, log-odds")
    low: float = Field(description="of its 80 % interval")
    high: float
    season_seen: bool = Field(description="whether an outcome of the same season a year before is known")


class LevelResidual(Document):
    """How far the predictions of all models were off at a cutoff, before any level."""

    cutoff: date
    residual: float = Field(description="log-odds to be added, mean over the models")
    variance: float = Field(description="of the residual, by chance among so many customers")
    customers: int
    churn_rate: float = Field(description="observed")
    calibrated: bool = Field(description="whether the models' calibration knows the cutoff's outcomes")
    learned: bool = Field(
        default=False, description="whether the models that were compared had learned from the outcomes"
    )


class ComparedLevel(Document):
    """The level as the comparison of the models finds it."""

    at_test: LevelAtDate = Field(description="from outcomes known at the test cutoff")
    first_order: date = Field(description="of the shop")
    residuals: list[LevelResidual] = Field(description="oldest first, the test's own last")


class LevelSince(Document):
    """How far the registered model was off at a cutoff whose outcome became known after its training."""

    cutoff: date
    residual: float = Field(description="log-odds to be added")
    variance: float
    customers: int
    churn_rate: float = Field(description="observed")


class ShopLevel(Document):
    """The level of the shop as the version that scores has it."""

    version: str = Field(description="version in the registry")
    now: LevelAtDate | None = Field(
        description="at the date that is scored; null where no outcome has taught the version a level"
    )
    sentence: str = Field(description="the same in words")
    ahead: list[LevelAtDate] = Field(description="the coming year, four weeks apart, as it is known now")
    at_test: LevelAtDate | None = Field(description="from outcomes known at the test cutoff")
    residuals: list[LevelResidual] = Field(description="of all models, by cutoff, before any level")
    since: list[LevelSince] = Field(description="of the version that scores, at cutoffs after its training")
