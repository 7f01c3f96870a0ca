"""A shop's settings as a form shows them, and what of it is to be sent."""

from datetime import time
from typing import Any

from churn_pipeline.app.contents.mapping import FIELD_NAMES
from churn_pipeline.app.contents.tables import NOTHING
from churn_pipeline.shop.config import ColumnField

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CRON_DAYS = ("1", "2", "3", "4", "5", "6", "0")
EFFORTS = {"quick": "Quick: fewer trials", "standard": "Standard", "thorough": "Thorough: more trials"}


def mapping_rows(settings: dict[str, Any]) -> list[dict[str, str]]:
    """Which column of the shop's files is read as what."""
    return [
        {"What": FIELD_NAMES[ColumnField(field)], "Column": column}
        for field, column in settings["column_mapping"].items()
    ]


def upload_rows(uploads: list[dict[str, Any]]) -> list[dict[str, str]]:
    """A row a delivered file, newest first."""
    return [
        {
            "File": entry["filename"],
            "Delivered": entry["uploaded_at"][:16].replace("T", " "),
            "Rows": f"{entry['rows']:,}",
            "Set aside": NOTHING if entry["rows_rejected"] is None else f"{entry['rows_rejected']:,}",
            "State": "in the ledger" if entry["state"] == "in_ledger" else "waits for the next training",
        }
        for entry in reversed(uploads)
    ]


def shop_rows(overviews: list[dict[str, Any]]) -> list[dict[str, str]]:
    """A row a shop: what it has and how fresh its scores are."""
    return [
        {
            "Shop": entry["shop"],
            "Rows": f"{entry['rows']:,}",
            "Churned after": NOTHING
            if entry["churn_threshold_days"] is None
            else f"{entry['churn_threshold_days']} days",
            "Currency": entry["currency"] or NOTHING,
            "Scores": entry["sentence"],
        }
        for entry in overviews
    ]


def weekly(cron: str) -> tuple[str, time] | None:
    """Weekday and time of a weekly cron expression, None for one that says something else."""
    parts = cron.split()
    if len(parts) != 5 or parts[2:4] != ["*", "*"] or not (parts[0] + parts[1]).isdigit():
        return None
    day = {**dict(zip(CRON_DAYS, WEEKDAYS, strict=True)), "7": "Sunday"}.get(parts[4])
    return None if day is None else (day, time(int(parts[1]), int(parts[0])))


def weekly_cron(weekday: str, at: time) -> str:
    """The cron expression of a weekday and a time."""
    return f"{at.minute} {at.hour} * * {CRON_DAYS[WEEKDAYS.index(weekday)]}"


def monthly(cron: str) -> tuple[int, time] | None:
    """Day of the month and time of a monthly cron expression, None for one that says something else."""
    parts = cron.split()
    if len(parts) != 5 or parts[3:] != ["*", "*"] or not "".join(parts[:3]).isdigit():
        return None
    return int(parts[2]), time(int(parts[1]), int(parts[0]))


def monthly_cron(day: int, at: time) -> str:
    """The cron expression of a day of the month and a time."""
    return f"{at.minute} {at.hour} {day} * *"
