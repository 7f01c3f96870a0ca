"""Retail churn from a transaction file: honest labels, point-in-time features, calibrated models, reasons and
money."""

__version__ = "0.1.0"
