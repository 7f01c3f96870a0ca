"""When a shop is scored and trained by itself."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, field_validator

from churn_pipeline.shop.cron import times_before


class Routine(BaseModel):
    """When a shop is scored and trained by itself, wherever a daemon runs. Cron expressions are in the shop's
    time zone, or UTC."""

    model_config = ConfigDict(strict=True)

    score: bool = True
    score_cron: str = Field(default="0 6 * * 1", description="weekly, Monday 6 o'clock")
    train: bool = True
    train_cron: str = Field(default="0 3 1 * *", description="monthly, on the first, 3 o'clock")
    file_every_days: int | None = Field(
        default=None,
        ge=0,
        description="a new file is expected so often, else an alert; None: learned from the deliveries; "
        "0: never",
    )

    @field_validator("score_cron", "train_cron")
    @classmethod
    def _cron(cls, cron: str) -> str:
        times_before(cron, datetime(2024, 1, 1))
        return cron
