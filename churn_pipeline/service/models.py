"""A shop's registered models: which there are, another one as champion, the whole training repeated in the
past."""

from collections.abc import Callable
from typing import Any

from pydantic import Field

from churn_pipeline.core.documents.document import Document, OpenDocument
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.callers import Caller, require_write
from churn_pipeline.service.held import PATIENCE_SECONDS, held
from churn_pipeline.service.json_values import Request
from churn_pipeline.service.shops import opened
from churn_pipeline.shop.config import Effort
from churn_pipeline.shop.run import ShopRun


class ModelVersion(OpenDocument):
    """A registered model, with further tags of the registry."""

    version: str
    alias: str | None = Field(description="champion, challenger or null")
    created_at: str = Field(description="ISO 8601 with a zone")
    mlflow_run_id: str | None
    kind: str | None


class ChampionDecision(OpenDocument):
    """Who became or stayed champion, and why; where a training decided, with the figures of both."""

    at: str = Field(description="ISO 8601 with a zone")
    event: str = Field(description="promoted or kept")
    version: str | None = Field(description="the champion from then on")
    replaced: str | None = Field(default=None, description="the one before, where it was promoted")
    challenger: str | None = Field(default=None, description="who did not replace it, where it was kept")
    reason: str


class ModelsAnswer(Document):
    """A shop's registered models."""

    versions: list[ModelVersion] = Field(description="oldest first")
    champion: str | None
    challenger: str | None
    history: list[ChampionDecision] = Field(description="oldest first, at most a hundred")


class PromoteRequest(Request):
    """Which version shall score from now on; an older one is a rollback."""

    version: str = Field(pattern="^[0-9]{1,9}$")
    reason: str = Field(min_length=1, max_length=500, description="why, for the history")


def models(settings: Settings, caller: Caller, shop: str) -> dict[str, Any]:
    """The registered versions, which one is champion, and who replaced whom and why."""
    run = _prepared(settings, caller, shop)
    from churn_pipeline.training.lifecycle.model_list import model_list

    return model_list(run.settings, shop)


def models_in_words(shop: str, document: dict[str, Any]) -> str:
    """The same for a terminal."""
    from churn_pipeline.training.lifecycle import model_list

    return model_list.models_in_words(shop, document)


def promote(
    settings: Settings,
    caller: Caller,
    shop: str,
    version: str,
    reason: str,
    patience_seconds: float = PATIENCE_SECONDS,
) -> dict[str, Any]:
    """Makes a registered version champion; returns the note in the audit trail. RunInProgress where a run
    works for the shop for longer than that; NotFound and BadInput as in training.lifecycle.rollback."""
    require_write(caller)
    run = _prepared(settings, caller, shop)
    from churn_pipeline.training.lifecycle.rollback import promote_version

    with held(run.settings, shop, patience_seconds):
        return promote_version(run, version, reason, caller.name)


def backtest(
    settings: Settings,
    caller: Caller,
    shop: str,
    cutoffs: int,
    effort: Effort | None,
    say: Callable[[str], None],
    of_advice: bool = False,
) -> dict[str, Any]:
    """Repeats the whole training at past cutoffs and reports how the champion did there.

    of_advice: the report is of the lists that would have been given there (the document advice_backtest);
        what the champion did is kept beside it."""
    require_write(caller)
    run = _prepared(settings, caller, shop)
    from churn_pipeline.campaigns.advice.advice_backtest import advice_of_origins
    from churn_pipeline.runtime.locks import shop_lock, take
    from churn_pipeline.training.backtest.backtest_report import keep_backtest
    from churn_pipeline.training.backtest.past_cutoffs import measured_origins, past_origins

    origins = list(past_origins(run, cutoffs, effort or run.config.effort, say))
    advice = advice_of_origins(run, origins) if of_advice else None
    lock = shop_lock(run.settings, shop)
    take(lock, run.settings, shop)
    try:
        document = keep_backtest(run, measured_origins(origins, run.settings.seed))
        if advice is None:
            return document
        table, found = advice
        run.store.write("advice_backtest", table, "backtest")
        run.store.write_document("advice_backtest", found)
        return found
    finally:
        lock.release()


def backtest_in_words(document: dict[str, Any]) -> str:
    """A backtest for a terminal."""
    from churn_pipeline.training.backtest import backtest_report

    return backtest_report.backtest_in_words(document)


def advice_in_words(document: dict[str, Any]) -> str:
    """A backtest of the advice for a terminal."""
    from churn_pipeline.campaigns.advice import advice_backtest

    return advice_backtest.advice_in_words(document)


def _prepared(settings: Settings, caller: Caller, shop: str) -> ShopRun:
    """The shop, with the process prepared; NotFound where there is no such shop."""
    from churn_pipeline.orchestration.installation import initialise

    run = opened(settings, caller, shop)
    initialise(run.settings)
    return run
