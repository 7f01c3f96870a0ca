"""Webhooks of a shop, for callers who may."""

from pathlib import Path

import pytest

from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.callers import LOCAL, Caller
from churn_pipeline.service.delivery.upload import upload
from churn_pipeline.service.errors import NotAllowed
from churn_pipeline.service.webhooks import WebhookRequest, create_webhook, delete_webhook, webhooks
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import save_shop

READER = Caller("reader", frozenset({"tea"}), can_write=False, is_admin=False)
OTHER = Caller("other", frozenset({"coffee"}), can_write=True, is_admin=False)
REQUEST = WebhookRequest(session_id="tea", url="https://shop.example.com/churn")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path)
    for shop in ("tea", "coffee"):
        save_shop(settings, ShopConfig(name=shop))
    return settings


def test_a_webhook_is_made_listed_and_removed(settings: Settings):
    made = create_webhook(settings, LOCAL, REQUEST)
    assert made.secret.startswith("whsec_")
    (listed,) = webhooks(settings, READER, "tea")
    assert "secret" not in listed.model_dump()
    assert (listed.webhook_id, listed.url, listed.created_by) == (made.webhook_id, REQUEST.url, "local")
    delete_webhook(settings, LOCAL, "tea", made.webhook_id)
    assert webhooks(settings, LOCAL, "tea") == []


def test_readers_and_other_shops_change_nothing(settings: Settings):
    made = create_webhook(settings, LOCAL, REQUEST)
    with pytest.raises(NotAllowed):
        create_webhook(settings, READER, REQUEST)
    with pytest.raises(NotAllowed):
        delete_webhook(settings, READER, "tea", made.webhook_id)
    for shop in ("tea", "coffee"):
        with pytest.raises(NotFound):
            delete_webhook(settings, OTHER, shop, made.webhook_id)
    with pytest.raises(NotFound):
        webhooks(settings, OTHER, "tea")
    assert len(webhooks(settings, LOCAL, "tea")) == 1


def test_a_private_address_is_refused(settings: Settings):
    with pytest.raises(BadInput, match="private network"):
        create_webhook(settings, LOCAL, WebhookRequest(session_id="tea", url="https://10.0.0.1/"))


def test_a_shop_that_has_delivered_a_file_and_was_never_run_may_subscribe(settings: Settings):
    request = WebhookRequest(session_id="new", url="https://shop.example.com/churn")
    newcomer = Caller("newcomer", frozenset({"new"}), is_admin=False)
    with pytest.raises(NotFound):
        create_webhook(settings, newcomer, request)
    upload(settings, newcomer, "new", "sales.csv", [b"customer,when,total\nC1,2024-01-01,5\n"])
    made = create_webhook(settings, newcomer, request)
    assert [w.webhook_id for w in webhooks(settings, newcomer, "new")] == [made.webhook_id]
    with pytest.raises(NotFound):
        webhooks(settings, OTHER, "new")
    delete_webhook(settings, newcomer, "new", made.webhook_id)
    assert webhooks(settings, newcomer, "new") == []
