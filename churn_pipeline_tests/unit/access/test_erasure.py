"""What was forgotten stands in no byte of the store."""

import json
from pathlib import Path

import pytest

from churn_pipeline.access.audiences import list_audiences, save_audience
from churn_pipeline.access.audit import FORGOTTEN, list_accesses, record_access
from churn_pipeline.access.database import reading
from churn_pipeline.access.erasure import forget_customer, forget_shop
from churn_pipeline.access.idempotency import StoredAnswer, begin, claim_of, keep_answer
from churn_pipeline.access.rights import now_utc
from churn_pipeline.access.scenarios import list_scenarios, save_scenario
from churn_pipeline.access.webhooks.deliveries import JobEnd, queue_job_end, take_due
from churn_pipeline.access.webhooks.subscriptions import create_webhook, list_webhooks
from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.settings import Settings

CUSTOMER = "customer-to-forget-4711"


def WITHOUT(text: str) -> str:  # noqa: N802
    return text.replace(CUSTOMER, "(erased)")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path)
    for shop in ("tea", "coffee"):
        save_audience(settings, shop, "one of them", {"text": CUSTOMER}, "mia")
        save_audience(settings, shop, "all", {"risk_tier": "high"}, "mia")
        save_scenario(settings, shop, {"customers": [CUSTOMER]}, {"saves": {CUSTOMER: 1}}, "mia")
        save_scenario(settings, shop, {"target_count": 100}, {}, "mia")
        record_access(settings, "key web", "customer", shop, 1, CUSTOMER)
        create_webhook(settings, shop, "https://shop.example.com/", "mia")
    claim = claim_of("key web", "POST /what-if", "k1", b"")
    begin(settings, claim)
    keep_answer(settings, claim, StoredAnswer(200, "{}", f'{{"customer_id": "{CUSTOMER}"}}'.encode()))
    return settings


def bytes_of_the_store(settings: Settings) -> bytes:
    return b"".join(path.read_bytes() for path in settings.data_dir.glob("access*"))


def test_a_customer_is_forgotten_in_one_shop_and_stays_in_another(settings: Settings):
    counts = forget_customer(settings, "tea", CUSTOMER, WITHOUT)
    assert counts == {"audiences": 1, "scenarios": 1, "answers": 1, "messages": 0, "audit_entries": 1}
    assert [found.name for found in list_audiences(settings, "tea")] == ["all"]
    assert [found.inputs for found in list_scenarios(settings, "tea")] == [{"target_count": 100}]
    assert [entry.customer_id for entry in list_accesses(settings, "tea")] == [FORGOTTEN]
    assert len(list_audiences(settings, "coffee")) == 2
    assert [entry.customer_id for entry in list_accesses(settings, "coffee")] == [CUSTOMER]


def test_no_byte_names_the_customer_afterwards(settings: Settings):
    assert CUSTOMER.encode() in bytes_of_the_store(settings)
    forget_customer(settings, "tea", CUSTOMER, WITHOUT)
    forget_customer(settings, "coffee", CUSTOMER, WITHOUT)
    assert CUSTOMER.encode() not in bytes_of_the_store(settings)


def test_names_keys_and_messages_that_hold_the_id_go_too(settings: Settings):
    save_audience(settings, "tea", f"about {CUSTOMER}", {}, "mia")
    save_scenario(settings, "tea", {}, {}, "mia", name=f"{CUSTOMER} alone")
    for key, said in (("k2", f"no control: {CUSTOMER} is asked."), (f"erase {CUSTOMER}", "done")):
        claim = claim_of("key web", "POST /campaigns", key, b"")
        begin(settings, claim)
        keep_answer(settings, claim, StoredAnswer(201, "{}", json.dumps({"reason": said}).encode()))
    end = JobEnd("tea", "r1", "train_1", "train", "failed", now_utc(), f"Customer {CUSTOMER} has no orders.")
    assert queue_job_end(settings, end, now_utc()) == 1
    counts = forget_customer(settings, "tea", CUSTOMER, WITHOUT)
    assert counts == {"audiences": 2, "scenarios": 2, "answers": 3, "messages": 1, "audit_entries": 1}
    forget_customer(settings, "coffee", CUSTOMER, WITHOUT)
    assert CUSTOMER.encode() not in bytes_of_the_store(settings)
    (message,) = take_due(settings, now_utc())
    assert json.loads(message.body)["reason"] == "Customer (erased) has no orders."


def test_a_shop_is_forgotten_with_its_webhooks(settings: Settings):
    assert forget_shop(settings, "tea") == {"audiences": 2, "scenarios": 2, "webhooks": 1, "answers": 0}
    assert (
        list_audiences(settings, "tea"),
        list_scenarios(settings, "tea"),
        list_webhooks(settings, "tea"),
    ) == (
        [],
        [],
        [],
    )
    assert [entry.customer_id for entry in list_accesses(settings, "tea")] == [FORGOTTEN]
    assert len(list_audiences(settings, "coffee")) == 2


def test_while_somebody_reads_on_and_on_it_says_so(settings: Settings):
    impatient = settings.model_copy(update={"database_wait_seconds": 0.5})
    with reading(settings) as session:
        session.connection().exec_driver_sql("SELECT count(*) FROM audit").scalar()
        with pytest.raises(ChurnError, match="try again"):
            forget_customer(impatient, "tea", "nobody", WITHOUT)
    forget_customer(impatient, "tea", "nobody", WITHOUT)
