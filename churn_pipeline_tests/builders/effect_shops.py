"""Shops with known effects, as tests use them."""

from datetime import date

from churn_pipeline.samples.behaviour import Behaviour

BEHAVIOUR = Behaviour(
    start=date(2023, 1, 1),
    days=420,
    customers=1500,
    opening_share=0.5,
    mean_gap=20.0,
    rate_shape=2.0,
    regularity=1.0,
    skip_probability=0.05,
    mean_lifetime=140.0,
    hazard_shape=2.0,
    fade_days=20.0,
    yearly_wave=0.0,
    peak_day_of_year=1,
    christmas=0.0,
    weekdays=(1, 1, 1, 1, 1, 1, 1),
)
