"""What holds for every campaign of a shop."""

from pydantic import BaseModel, Field


class CampaignRules(BaseModel):
    """Whom campaigns leave alone, how long an effect lasts, and how much is kept for learning."""

    holdout_share: float = Field(
        default=0.03,
        ge=0,
        le=0.2,
        description="share of all customers, by lot, whom no campaign ever contacts: what all campaigns "
        "together achieve is measured against them",
    )
    rest_days: int = Field(
        default=30, ge=0, description="days for which a customer who was contacted is left alone"
    )
    effect_days: int | None = Field(
        default=None, ge=1, le=730, description="days over which a campaign works; None: the horizon"
    )
    learning_share: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="of several offers: share of the list whose offer the lot gives, to learn which works",
    )
    smallest_control_share: float = Field(default=0.1, gt=0, le=0.5)
    largest_control_share: float = Field(default=0.5, gt=0, le=0.5)
