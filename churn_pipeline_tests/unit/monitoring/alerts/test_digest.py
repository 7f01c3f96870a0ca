"""The digest over real channels on this machine: a webhook and a mail server; each thing once per channel,
secrets never told."""

import json
import logging
import socket
from datetime import datetime, timedelta
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from aiosmtpd.controller import Controller

from churn_pipeline.core.settings import Settings
from churn_pipeline.monitoring.alerts.alert import Alert
from churn_pipeline.monitoring.alerts.digest import label, send_digest

NOW = datetime(2024, 6, 3, 12)
LATER, WEEK = NOW + timedelta(hours=1), NOW + timedelta(days=7, hours=1)
ALERTS = [
    Alert(f"{shop}:x:{k}", shop, f"sentence {k}.", "http://link")
    for shop, k in (("kiosk", 1), ("bakery", 2), ("kiosk", 3))
]
NOWHERE = "json://operator:secret-word@127.0.0.1:9/token-of-ours"


class Webhook:
    """An HTTP server that keeps what it is sent; `status` is what it answers."""

    def __init__(self):
        self.received, self.status = [], 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                outer.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *_):
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"json://127.0.0.1:{self.server.server_port}/"

    @property
    def titles(self):
        return [message["title"] for message in self.received]


@pytest.fixture
def webhook():
    hook = Webhook()
    yield hook
    hook.server.shutdown()
    hook.server.server_close()


class Mailbox:
    def __init__(self):
        self.mails = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the name that the server calls
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, message_from_bytes(envelope.content)))
        return "250 OK"


@pytest.fixture
def mailbox():
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


def send(home, urls, alerts, now, **settings):
    return send_digest(Settings(home=home, alert_urls=urls, **settings), alerts, now)


def test_one_digest_with_a_paragraph_per_shop_and_each_thing_once(tmp_path, webhook):
    assert send(tmp_path, [webhook.url], ALERTS[:2], NOW).sent == 2
    assert send(tmp_path, [webhook.url], ALERTS, LATER).sent == 1
    assert send(tmp_path, [webhook.url], ALERTS, WEEK).sent == 0, "events are not told again"
    assert webhook.titles == ["churn_pipeline: 2 alerts (bakery, kiosk)", "churn_pipeline: 1 alert (kiosk)"]
    assert (
        webhook.received[0]["message"]
        == "Shop kiosk\n- sentence 1. http://link\n\nShop bakery\n- sentence 2. http://link"
    )


def test_a_state_that_lasts_is_told_again_after_a_week_and_anew_when_it_comes_back(tmp_path, webhook):
    state = Alert("kiosk:mapping", "kiosk", "The shop waits.", "", lasting=True)
    sent = [send(tmp_path, [webhook.url], [state], at).sent for at in (NOW, LATER, WEEK)]
    assert sent == [1, 0, 1]
    send(tmp_path, [webhook.url], ALERTS, WEEK + timedelta(hours=1))
    assert send(tmp_path, [webhook.url], [state], WEEK + timedelta(hours=2)).sent == 1


def test_at_most_one_message_in_a_quarter_of_an_hour(tmp_path, webhook):
    minutes = [0, 1, 14, 16]
    sent = [
        send(tmp_path, [webhook.url], ALERTS[: k + 1], NOW + timedelta(minutes=m)).sent
        for k, m in enumerate(minutes)
    ]
    assert sent == [1, 0, 0, 2]


def test_many_alerts_of_a_shop_are_counted_not_listed(tmp_path, webhook):
    many = [Alert(f"kiosk:{k}", "kiosk", f"sentence {k}.", "") for k in range(50)]
    assert send(tmp_path, [webhook.url], many, NOW).sent == 50
    assert webhook.received[0]["message"].count("\n") == 21
    assert webhook.received[0]["message"].endswith("- and 30 more")


def test_by_mail(tmp_path, mailbox):
    url = f"mailto://127.0.0.1:{mailbox.port}?from=churn@shop.example&to=operator@shop.example&format=text"
    assert send(tmp_path, [url], ALERTS, NOW).sent == 3
    ((sender, recipients, mail),) = mailbox.mails
    assert (sender, recipients) == ("churn@shop.example", ["operator@shop.example"])
    assert mail["Subject"] == "churn_pipeline: 3 alerts (bakery, kiosk)"
    assert "- sentence 3. http://link" in mail.get_payload(decode=True).decode()


def report(path):
    attached = ((path, "churn-report-kiosk-2024-06-03.pdf"),)
    return Alert("kiosk:report:2024-23", "kiosk", "The churn report.", "http://r", False, attached, True)


def test_a_report_goes_by_mail_with_its_file_and_a_title_of_its_own(tmp_path, mailbox):
    path = tmp_path / "executive.pdf"
    path.write_bytes(b"%PDF-1.7 the report")
    url = f"mailto://127.0.0.1:{mailbox.port}?from=churn@shop.example&to=owner@shop.example&format=text"
    assert send(tmp_path, [url], [report(path)], NOW).sent == 1
    ((_, _, mail),) = mailbox.mails
    assert mail["Subject"] == "churn_pipeline: report (kiosk)"
    (attached,) = [part for part in mail.walk() if part.get_filename()]
    assert attached.get_filename() == "churn-report-kiosk-2024-06-03.pdf"
    assert attached.get_payload(decode=True) == b"%PDF-1.7 the report"
    (text,) = [part for part in mail.walk() if part.get_content_type() == "text/plain"]
    assert "- The churn report. http://r" in text.get_payload(decode=True).decode()


def test_a_report_among_alerts_is_one_of_them_and_its_file_goes_along(tmp_path, webhook):
    path = tmp_path / "executive.pdf"
    path.write_bytes(b"%PDF-1.7")
    assert send(tmp_path, [webhook.url], [report(path), ALERTS[0]], NOW).sent == 2
    assert webhook.titles == ["churn_pipeline: 2 alerts (kiosk)"]
    assert [file["filename"] for file in webhook.received[0]["attachments"]] == [
        report(path).attachments[0][1]
    ]


def test_a_channel_that_is_down_holds_up_no_other_is_told_about_there_and_gets_everything_later(
    tmp_path, webhook
):
    first = send(tmp_path, [NOWHERE, webhook.url], ALERTS[:1], NOW)
    assert first.sent == 1
    assert first.failures == [
        "json://127.0.0.1: the message could not be delivered; 1 alerts wait for it and are tried again."
    ]
    second = send(tmp_path, [NOWHERE, webhook.url], ALERTS[:1], LATER)
    assert len(second.failures) == 1
    assert webhook.received[1]["message"] == (
        "The installation\n- Alerts do not reach json://127.0.0.1 since 2024-06-03 12:00 UTC: "
        "check the address in CHURN_ALERT_URLS and the service."
    )
    assert send(tmp_path, [NOWHERE, webhook.url], ALERTS[:1], LATER + timedelta(hours=1)).sent == 0
    assert len(webhook.received) == 2, "the working channel is not told twice"


def test_a_channel_that_works_again_gets_what_it_missed(tmp_path, webhook):
    webhook.status = 500
    assert send(tmp_path, [webhook.url], ALERTS[:2], NOW).failures
    webhook.status = 200
    delivery = send(tmp_path, [webhook.url], ALERTS, LATER)
    assert (delivery.sent, delivery.failures) == (3, [])


def test_without_an_address_nothing_is_sent_or_remembered(tmp_path):
    assert send(tmp_path, [], ALERTS, NOW).sent == 0
    assert list(tmp_path.rglob("*.json")) == []


@pytest.mark.parametrize(
    "url", [NOWHERE, "nonsense://operator:secret-word@host/token-of-ours", "slack://token-of-ours"]
)
def test_secrets_are_neither_logged_nor_told_nor_remembered(tmp_path, url, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    (failure,) = send(tmp_path, [url], ALERTS, NOW).failures
    written = (tmp_path / "data" / "alert_channels.json").read_text()
    for place in (failure, caplog.text, "".join(capfd.readouterr()), written):
        assert "secret-word" not in place
        assert "token-of-ours" not in place
    assert "secret-word" not in label(url)
