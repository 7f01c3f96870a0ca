"""What a shop's last run found, what the run in progress has so far, and how earlier scorings turned out."""

from pathlib import Path
from typing import Any

from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import read_json
from churn_pipeline.service.answers import PartialResults
from churn_pipeline.service.callers import Caller
from churn_pipeline.service.shops import opened

NO_RESULTS = "Shop {shop!r} has no results yet; train it first, then ask again."


def results_file(settings: Settings, caller: Caller, shop: str) -> Path:
    """Where the results lie, a document of core.documents.results.Results; NotFound before the first run."""
    path = opened(settings, caller, shop).store.folder / "results.json"
    if not path.exists():
        raise NotFound(NO_RESULTS.format(shop=shop))
    return path


def results(settings: Settings, caller: Caller, shop: str) -> dict[str, Any]:
    """The results of a shop's last run."""
    document: dict[str, Any] = read_json(results_file(settings, caller, shop))
    return document


def partial_results(settings: Settings, caller: Caller, shop: str) -> PartialResults:
    """What is known of a shop at this moment: of the run in progress, where there is one, else of the last
    one."""
    from churn_pipeline.runtime.run_folder import runs_in_progress

    own = next(iter(runs_in_progress(settings, shop)), None) if caller.may_see(shop) else None
    store = ShopStore(own) if own is not None else opened(settings, caller, shop).store
    documents = {
        name: store.document(name) if store.has_document(name) else None
        for name in ("churn_definition", "profile", "model_comparison")
    }
    if own is None and not any(documents.values()):
        raise NotFound(NO_RESULTS.format(shop=shop))
    return PartialResults(
        session_id=shop,
        in_progress=own is not None,
        complete=own is None and store.has_document("results"),
        **documents,
    )


def grades(settings: Settings, caller: Caller, shop: str) -> list[dict[str, Any]]:
    """Every earlier scoring beside what happened since, oldest first; empty before the first grading."""
    from churn_pipeline.core.documents.json_values import json_safe

    store = opened(settings, caller, shop).store
    if not store.exists("graded_scorings"):
        return []
    rows: list[dict[str, Any]] = json_safe(store.read("graded_scorings").to_dict("records"))
    return rows


def grades_in_words(settings: Settings, caller: Caller, shop: str) -> str:
    """The same for a terminal."""
    from churn_pipeline.monitoring.grades import grade_sentences

    run = opened(settings, caller, shop)
    return grade_sentences.grades_in_words(run.store.read("graded_scorings"), run.config.currency)


def drift(settings: Settings, caller: Caller, shop: str) -> dict[str, Any]:
    """How far today's customers are from those that the champion learned from; NotFound before the first
    scoring."""
    from churn_pipeline.core.documents.json_values import json_safe

    store = opened(settings, caller, shop).store
    if not store.has_document("feature_drift"):
        raise NotFound(NO_RESULTS.format(shop=shop))
    rows = json_safe(store.read("feature_drift").to_dict("records"))
    return {**store.document("feature_drift"), "features": rows}


def results_in_words(document: dict[str, Any]) -> str:
    """Results for a terminal."""
    from churn_pipeline.insights.results import summary

    return summary.results_in_words(document)
