"""Webhooks of a shop."""

from pathlib import Path

import pytest

from churn_pipeline.access.webhooks.subscriptions import create_webhook, delete_webhook, list_webhooks
from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.settings import Settings


def test_a_webhook_is_made_listed_and_removed(tmp_path: Path):
    settings = Settings(home=tmp_path)
    webhook, secret = create_webhook(settings, "tea", "https://shop.example.com/churn", "mia")
    assert secret.startswith("whsec_")
    assert list_webhooks(settings, "tea") == [webhook]
    assert secret not in repr(webhook)
    assert list_webhooks(settings, "coffee") == []
    with pytest.raises(NotFound, match="Shop 'coffee' has no webhook"):
        delete_webhook(settings, "coffee", webhook.id)
    delete_webhook(settings, "tea", webhook.id)
    assert list_webhooks(settings, "tea") == []


def test_a_shop_has_twenty_at_most(tmp_path: Path):
    settings = Settings(home=tmp_path)
    for n in range(20):
        create_webhook(settings, "tea", f"https://shop.example.com/{n}", "mia")
    with pytest.raises(BadInput, match="has 20 webhooks already"):
        create_webhook(settings, "tea", "https://shop.example.com/21", "mia")
