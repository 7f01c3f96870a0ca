"""The quality of a shop's ledger and its profile, as a run needs them: the suite judges one version of the
ledger once."""

from dataclasses import dataclass
from typing import Any

from churn_pipeline.quality.profile.profile import build_profile
from churn_pipeline.quality.suite import QualityReport, check_ledger
from churn_pipeline.shop.run import ShopRun


@dataclass(frozen=True)
class Profiled:
    """document: profile.json; score: of the quality, 0-10."""

    document: dict[str, Any]
    score: float


def judged_ledger(run: ShopRun) -> QualityReport:
    """The suite's report on the ledger, staged or published: both hold the same rows in the same version.
    NotFound without a ledger."""
    config, settings = run.config, run.settings
    key = ("quality", run.store.version("transactions"), config.horizon)
    return run.once(key, lambda: check_ledger(run.store, config, settings, config.horizon))


def profile_shop(run: ShopRun) -> Profiled:
    """The profile of the published ledger; BadInput where it holds no order."""
    report = judged_ledger(run)
    document = build_profile(run.store, run.config, run.settings, report)
    return Profiled(document, report.score)
