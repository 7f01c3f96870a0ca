"""What if a customer ordered, or had other features; nothing is trained or stored.

A shop that was asked about stays loaded for as long as its tables are the same, so that an answer takes
milliseconds."""

import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.callers import LOCAL, Caller
from churn_pipeline.service.shops import opened
from churn_pipeline.shop.directory import list_shops, shop_folder

if TYPE_CHECKING:
    import pandas as pd

    from churn_pipeline.scoring.what_if.hypothetical import HypotheticalOrder
    from churn_pipeline.scoring.what_if.session import WhatIfSession
    from churn_pipeline.training.models.churn_model import ChurnModel

SHOPS_LOADED = 4
logger = logging.getLogger("churn.service")
_sessions: "OrderedDict[Path, WhatIfSession]" = OrderedDict()
_loading = Lock()
_models: "OrderedDict[tuple[Path, str | None], ChurnModel]" = OrderedDict()
_loading_models = Lock()


def what_if(
    settings: Settings,
    caller: Caller,
    shop: str,
    customer_id: str,
    features: Mapping[str, float],
    orders: "Sequence[HypotheticalOrder]",
) -> dict[str, Any]:
    """Before and after, with reasons: see scoring.what_if.answer. NotFound for an unknown customer; BadInput
    for what cannot be supposed."""
    from churn_pipeline.scoring.what_if import answer

    session = loaded_shop(settings, caller, shop)
    return answer.what_if(session, customer_id, features=features, orders=orders, with_reasons=True)


def what_if_of_texts(
    settings: Settings, caller: Caller, shop: str, customer_id: str, features: list[str], orders: list[str]
) -> dict[str, Any]:
    """The same from texts: FEATURE=VALUE and DATE:AMOUNT."""
    from churn_pipeline.scoring.what_if.hypothetical import parse_feature, parse_order

    supposed, placed = dict(parse_feature(f) for f in features), [parse_order(o) for o in orders]
    return what_if(settings, caller, shop, customer_id, supposed, placed)


def what_if_file(settings: Settings, caller: Caller, shop: str, file: Path) -> list[dict[str, Any]]:
    """One answer for each row of a CSV file of questions; BadInput names the row that cannot be answered."""
    from churn_pipeline.core.documents.json_values import json_safe

    rows: list[dict[str, Any]] = json_safe(what_if_frame(settings, caller, shop, file).to_dict("records"))
    return rows


def what_if_frame(settings: Settings, caller: Caller, shop: str, file: Path) -> "pd.DataFrame":
    """The same as a table."""
    from churn_pipeline.scoring.what_if.what_if_file import read_questions, what_if_table

    questions = read_questions(file)
    return what_if_table(loaded_shop(settings, caller, shop), questions)


def what_if_csv(settings: Settings, caller: Caller, shop: str, file: Path) -> str:
    """The same as CSV, in which no cell begins a formula."""
    from churn_pipeline.reports.tables.written_tables import csv_text

    return csv_text(what_if_frame(settings, caller, shop, file))


def hypothetical_order(
    at: datetime, amount: float, product: str | None, category: str | None, discount: float | None
) -> "HypotheticalOrder":
    """An order that the customer might place; `at` is the shop's own time, so a zone is left aside."""
    from churn_pipeline.scoring.what_if.hypothetical import HypotheticalOrder

    return HypotheticalOrder(at.replace(tzinfo=None), amount, product, category, discount)


def champion(settings: Settings, caller: Caller, shop: str) -> "ChurnModel":
    """The model that scored the shop; kept in memory for as long as its contributions are the same."""
    run = opened(settings, caller, shop)
    from churn_pipeline.training.lifecycle.registry import current_champion

    key = (run.store.folder, run.store.version("shap_values"))
    with _loading_models:
        if key not in _models:
            _models[key] = current_champion(run)[0]
        _models.move_to_end(key)
        while len(_models) > SHOPS_LOADED:
            _models.popitem(last=False)
        return _models[key]


def load_libraries() -> None:
    """Imports what the first question or upload would have to wait for."""
    import churn_pipeline.churn_definition.horizon
    import churn_pipeline.ingest.stage
    import churn_pipeline.quality.suite
    import churn_pipeline.scoring.what_if.answer
    import churn_pipeline.scoring.what_if.session
    import churn_pipeline.training.lifecycle.registry  # noqa: F401


def load_champions(settings: Settings) -> None:
    """Loads the models of the shops that were scored last, for whoever looks at a customer first; where one
    cannot be loaded, the shop says so when it is asked about."""
    scored = [
        (results.stat().st_mtime, shop)
        for shop in list_shops(settings)
        if (results := shop_folder(settings, shop) / "results.json").exists()
    ]
    for _, shop in sorted(scored, reverse=True)[:SHOPS_LOADED]:
        try:
            champion(settings, LOCAL, shop)
        except ChurnError as error:
            logger.info("the model of %s is not loaded: %s", shop, error)


def forget_sessions(shop_folder: Path) -> None:
    """Drops what is loaded of a shop, for when its data are erased."""
    with _loading:
        _sessions.pop(shop_folder, None)  # it may still answer: its connection is closed when it is dropped
    with _loading_models:
        for key in [k for k in _models if k[0] == shop_folder]:
            del _models[key]


def loaded_shop(settings: Settings, caller: Caller, shop: str) -> "WhatIfSession":
    """A scored shop with its model, kept in memory for as long as its tables are the same."""
    run = opened(settings, caller, shop)
    from churn_pipeline.scoring.what_if.session import open_session
    from churn_pipeline.training.lifecycle.registry import current_champion

    with _loading:
        session = _sessions.get(run.store.folder)
        if session is None or session.config != run.config or not session.is_current():
            session = open_session(run, current_champion(run)[0])
            _sessions[run.store.folder] = (
                session  # the former one may still answer: it is closed when dropped
            )
        _sessions.move_to_end(run.store.folder)
        while len(_sessions) > SHOPS_LOADED:
            _sessions.popitem(last=False)
    return session
