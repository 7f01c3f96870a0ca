"""Sample data: three generated shops with a known truth, and a real one that an optional package brings."""

from churn_pipeline.samples.complete_journey import (
    write_complete_journey,
    write_complete_journey_campaigns,
)
from churn_pipeline.samples.demo_shops import DEMO_SHOPS, DemoShop, simulate_demo_shop, write_demo_shop

__all__ = [
    "DEMO_SHOPS",
    "DemoShop",
    "simulate_demo_shop",
    "write_complete_journey",
    "write_complete_journey_campaigns",
    "write_demo_shop",
]
