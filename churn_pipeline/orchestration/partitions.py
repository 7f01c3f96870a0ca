"""The one partition dimension: shops."""

import dagster as dg

DIMENSION = "shops"
SHOPS = dg.DynamicPartitionsDefinition(name=DIMENSION)
