"""Whether a shop's scores are as fresh as they should be."""

from dataclasses import dataclass
from datetime import datetime

from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.wording import counted
from churn_pipeline.shop.directory import load_shop, shop_store


@dataclass(frozen=True)
class ShopFreshness:
    """scored_at: when the shop was last scored (naive UTC), None: never; as_of: data end of those scores;
    age_days; stale; in words."""

    shop: str
    scored_at: datetime | None
    as_of: str | None
    age_days: float | None
    stale: bool
    sentence: str


def shop_freshness(settings: Settings, shop: str, now: datetime) -> ShopFreshness:
    """How old the shop's scores are at `now` (naive UTC). Stale: older than `stale_after_days`, where its
    routine scores it by itself, or of a ledger that has grown since."""
    store = shop_store(settings, shop)
    try:
        results = store.document("results")
    except NotFound:
        return ShopFreshness(shop, None, None, None, False, "not scored yet")
    scored_at, as_of = datetime.fromisoformat(results["generated_at"]), results["summary"]["as_of"]
    age = (now - scored_at).total_seconds() / 86400
    ledger = store.version("transactions")
    grown = ledger is not None and ledger != results["tables"]["transactions"]["data_version"]
    old = age > settings.stale_after_days and load_shop(settings, shop).routine.score
    why = (
        ", stale: the ledger has changed since"
        if grown
        else f", stale: older than {settings.stale_after_days:g} days"
        if old
        else ""
    )
    ago = "today" if scored_at.date() == now.date() else f"{counted(max(1, round(age)), 'days')} ago"
    sentence = f"scored {scored_at:%Y-%m-%d %H:%M} UTC, {ago}, as of {str(as_of)[:10]}{why}"
    return ShopFreshness(shop, scored_at, as_of, age, grown or old, sentence)
