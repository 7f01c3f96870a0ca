"""The weekly report: that a shop's newest results are there, with the report as an attachment or a link to
it, as the settings say."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import REPORTS, ShopStore
from churn_pipeline.core.wording import counted, percent
from churn_pipeline.monitoring.alerts.alert import Alert

WEEK = timedelta(days=7)
REPORT = "executive.pdf"


def weekly_report(store: ShopStore, settings: Settings, now: datetime) -> Iterator[Alert]:
    """One alert for each calendar week in which the shop got results; none without the setting, and none
    about results that are older than a week. now: naive UTC."""
    if settings.weekly_report == "no" or not store.has_document("results"):
        return
    results = store.document("results")
    made_at = datetime.fromisoformat(results["generated_at"])
    if now - made_at > WEEK:
        return
    year, week, _ = made_at.isocalendar()
    path = store.place(f"{REPORTS}/{REPORT}")
    attached = settings.weekly_report == "attachment" and path.exists()
    yield Alert(
        key=f"{store.shop}:report:{year}-{week:02}",
        shop=store.shop,
        text=_in_a_sentence(results["summary"]),
        link=settings.report_url.replace("{shop}", store.shop),
        attachments=((path, f"churn-report-{store.shop}-{made_at:%Y-%m-%d}.pdf"),) if attached else (),
        is_report=True,
    )


def _in_a_sentence(summary: dict[str, int | float | str | None]) -> str:
    rate, high = summary["expected_churn_rate"], int(summary["high_risk_customers"] or 0)
    when = f" as of {str(summary['as_of'])[:10]}" if summary["as_of"] else ""
    leaving = (
        "nobody can be scored yet"
        if rate is None
        else f"{percent(float(rate))} of those scored are expected to leave within "
        f"{summary['horizon_days']} days"
    )
    everyone = counted(int(summary["total_customers"] or 0), "customers")
    return f"The churn report{when}: {everyone}, {leaving}, {counted(high, 'customers')} at high risk."
