"""A client generated from the OpenAPI document goes from an upload to the export: asking again and again, and
told by a webhook."""

import json
from pathlib import Path
from typing import Any

import pytest

from churn_pipeline.access.keys import create_key
from churn_pipeline.access.rights import rights_of_key
from churn_pipeline.api.serve import serve_beside
from churn_pipeline.core.settings import Settings
from churn_pipeline.runtime.environment import prepared
from churn_pipeline_tests.builders.commands import COLUMNS, raw_file
from churn_pipeline_tests.builders.generated_client import (
    by_polling,
    by_webhook,
    client_of,
    generate_client,
    walk,
)
from churn_pipeline_tests.builders.ledgers import simulated_ledger
from churn_pipeline_tests.builders.receivers import receiving

pytestmark = pytest.mark.slow
CONFIGURATION: dict[str, Any] = {
    "column_mapping": {"date" if name == "ts" else name: column for name, column in COLUMNS.items()},
    "churn_threshold_days": 45,
    "models": ["logistic_regression"],
    "effort": "quick",
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Any:
    generate_client(tmp_path_factory.mktemp("generated"))
    settings = Settings(home=tmp_path_factory.mktemp("home"), webhooks_allow_private=True)
    key = create_key(settings, "web team", rights_of_key(None, True, True, True))[1]
    with pytest.MonkeyPatch.context() as patch, prepared(settings):
        patch.setenv("CHURN_WEBHOOKS_ALLOW_PRIVATE", "true")  # for the processes of the jobs
        yield client_of(serve_beside(settings), key)


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    ledger = simulated_ledger(customers=400, days=400, seed=3)
    return raw_file(tmp_path_factory.mktemp("delivered") / "sales.csv", ledger)


def test_by_polling(client: Any, delivered: Path):
    done = walk(client, delivered, "coffee", by_polling, **CONFIGURATION)
    progress = [status.progress for status in done.statuses]
    assert progress == sorted(progress)
    assert progress[-1] == 100
    assert done.results.run_id == done.job.run_id
    assert done.results.summary.total_customers == done.page.total
    values = [customer.clv for customer in done.page.customers]
    assert values == sorted(values, reverse=True)
    assert done.scenario.outputs["total_cost"] > 0
    assert min(done.sizes.values()) > 1000


def test_by_a_webhook(client: Any, delivered: Path):
    with receiving() as receiver:
        done = walk(client, delivered, "tea", by_webhook(receiver), **CONFIGURATION)
    (body,) = receiver.bodies
    told = json.loads(body)
    assert (told["session_id"], told["job_id"], told["status"]) == ("tea", done.job.job_id, "completed")
    assert len(done.statuses) == 1
    assert done.results.run_id == done.job.run_id
