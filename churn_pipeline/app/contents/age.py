"""Whether what a page shows is too old to act on."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from churn_pipeline.core.wording import counted, day


def today_in(timezone: str | None) -> date:
    """Today's date in the shop; its files' own times, without a zone, are taken for this machine's."""
    return datetime.now(ZoneInfo(timezone) if timezone else None).date()


def old_sentence(overview: dict[str, Any], today: date) -> str | None:
    """What to do where the newest order lies more than the shop's horizon before today: by then everybody who
    was scored has churned or come back. None where it does not, or nothing has been scored."""
    as_of, horizon = overview["as_of"], overview["churn_threshold_days"]
    if not as_of or not horizon:
        return None
    newest = datetime.fromisoformat(str(as_of)).date() - timedelta(days=1)
    days = (today - newest).days
    if days <= horizon:
        return None
    return (
        f"The newest order is of {day(newest)}, {counted(days, 'days')} ago: deliver newer files before you "
        "act on this."
    )
