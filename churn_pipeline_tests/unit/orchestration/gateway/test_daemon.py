"""A run is handed to the webserver of this installation and to no other."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.gateway import daemon
from churn_pipeline.orchestration.gateway.instance import instance_of

BEAT = 1_700_000_000.25


class Webserver(BaseHTTPRequestHandler):
    """Dagster's webserver, as far as it is asked."""

    heartbeat: float | None = BEAT
    slow: threading.Event | None = None
    asked: list[dict] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.asked.append(body)
        if self.slow is not None and "launchRun" in body["query"]:
            self.slow.wait(30)
            return
        beat = {"daemonType": daemon.COORDINATOR, "lastHeartbeatTime": self.heartbeat}
        data = (
            {"launchRun": {"__typename": "LaunchRunSuccess", "run": {"runId": "run-1"}}}
            if "launchRun" in body["query"]
            else {"instance": {"daemonHealth": {"allDaemonStatuses": [beat]}}}
        )
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"data": data}).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def settings(tmp_path, monkeypatch) -> Iterator[Settings]:
    monkeypatch.setattr(daemon, "_heartbeat", lambda _: BEAT)
    Webserver.asked, Webserver.heartbeat, Webserver.slow = [], BEAT, None
    server = HTTPServer(("127.0.0.1", 0), Webserver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Settings(home=tmp_path, dashboard_url=f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()


def submit(settings: Settings) -> str | None:
    return daemon.submit_to_daemon(
        settings, instance_of(settings), "train", {"files": []}, {"dagster/partition": "tea"}
    )


def test_the_run_is_asked_for_with_its_tags_and_configuration(settings):
    assert submit(settings) == "run-1"
    params = Webserver.asked[-1]["variables"]["params"]
    assert params["selector"]["jobName"] == "train"
    assert params["executionMetadata"]["tags"] == [{"key": "dagster/partition", "value": "tea"}]
    assert params["runConfigData"] == {"ops": {"raw_transactions": {"config": {"files": []}}}}


@pytest.mark.parametrize("heartbeat", [None, BEAT - 5, BEAT + 5])
def test_the_webserver_of_another_installation_is_not_asked(settings, heartbeat):
    Webserver.heartbeat = heartbeat
    assert submit(settings) is None
    assert len(Webserver.asked) == 1


@pytest.mark.parametrize("queued", [[], ["run-1"]])
def test_a_run_that_is_queued_without_an_answer_in_time_is_found(settings, monkeypatch, queued):
    class Instance:
        def get_run_records(self, filters, limit):
            assert filters.tags == {"dagster/partition": "tea"}
            return [SimpleNamespace(dagster_run=SimpleNamespace(run_id=run_id)) for run_id in queued]

    monkeypatch.setattr(daemon, "SECONDS_TO_LAUNCH", 0.2)
    Webserver.slow = threading.Event()
    found = daemon.submit_to_daemon(settings, Instance(), "train", {}, {"dagster/partition": "tea"})
    Webserver.slow.set()
    assert found == (queued[0] if queued else None)


def test_nobody_answers(settings):
    assert submit(settings.model_copy(update={"dashboard_url": "http://127.0.0.1:1"})) is None


def test_a_daemon_that_was_never_there_is_not_alive(tmp_path):
    assert not daemon.daemon_is_alive(instance_of(Settings(home=tmp_path)))
