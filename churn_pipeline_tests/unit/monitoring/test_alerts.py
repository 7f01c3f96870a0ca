"""Alerts: one digest over a real webhook on this machine, each thing once, tried again when it could not be delivered."""

import json
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from churn_pipeline.errors import ChurnError
from churn_pipeline.ingest.quarantine import quarantine
from churn_pipeline.monitoring.alerts import Alert, collect_alerts, send_digest
from churn_pipeline.settings import Settings

NOW = datetime(2024, 6, 3, 12)
ALERTS = [Alert(f"{shop}:x:{k}", shop, f"sentence {k}", "http://link") for shop, k in (("kiosk", 1), ("bakery", 2), ("kiosk", 3))]


@pytest.fixture
def webhook():
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"json://127.0.0.1:{server.server_port}/", received
    server.shutdown()
    server.server_close()


def test_one_digest_and_each_thing_once_until_it_is_time_again(tmp_path, webhook):
    url, received = webhook
    settings = Settings(home=tmp_path, alert_urls=[url])
    assert send_digest(settings, ALERTS[:2], NOW) == 2
    assert send_digest(settings, ALERTS, NOW + timedelta(hours=1)) == 1
    assert send_digest(settings, ALERTS, NOW + timedelta(hours=2)) == 0
    assert [m["title"] for m in received] == ["churn_pipeline: 2 alerts", "churn_pipeline: 1 alerts"]
    assert received[0]["message"] == "Shop kiosk\n- sentence 1 http://link\n\nShop bakery\n- sentence 2 http://link"
    assert send_digest(settings, ALERTS, NOW + timedelta(days=8)) == 3


def test_what_could_not_be_delivered_is_tried_again(tmp_path, webhook):
    url, received = webhook
    with pytest.raises(ChurnError, match="could not be delivered"):
        send_digest(Settings(home=tmp_path, alert_urls=["json://127.0.0.1:9/"]), ALERTS, NOW)
    assert send_digest(Settings(home=tmp_path, alert_urls=[url]), ALERTS, NOW) == 3
    assert len(received) == 1


def test_an_unknown_address_is_told_without_its_secret(tmp_path):
    with pytest.raises(ChurnError, match=r"nonsense://\.\.\.") as caught:
        send_digest(Settings(home=tmp_path, alert_urls=["nonsense://user:secret@host"]), ALERTS, NOW)
    assert "secret" not in str(caught.value)


def test_a_quarantined_file_of_a_shop_without_configuration_is_told(tmp_path):
    settings = Settings(home=tmp_path)
    file = tmp_path / "bad.csv"
    file.write_text("nothing")
    quarantine(settings, "kiosk", file, "No column holds dates.")
    (alert,) = collect_alerts(settings)
    assert alert.text == "bad.csv is in quarantine: No column holds dates."
    assert alert.link.endswith("/assets/raw_transactions?partition=kiosk")
