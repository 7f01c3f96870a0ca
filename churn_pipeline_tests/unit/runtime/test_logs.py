"""Logs: their form, their file, and no secret in them."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.runtime.logs import PlainLines, set_up_logs, without_secrets

KEY = "churn_0123456789ab_" + "k" * 43


@pytest.fixture(autouse=True)
def root_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    for handler in [h for h in root.handlers if h not in handlers]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"asked with {KEY}.", "asked with churn_0123456789ab_(hidden)."),
        ("signin_" + "t" * 43, "signin_(hidden)"),
        ("secret whsec_" + "s" * 43, "secret whsec_(hidden)"),
        ("{'Authorization': 'Bearer abc.def'}", "{'Authorization': 'Bearer (hidden)'}"),
        ("authorization: Basic bWlhOm1pYQ==", "authorization: Basic (hidden)"),
        ('{"password": "hunter2", "name": "mia"}', '{"password": "(hidden)", "name": "mia"}'),
        ("password=hunter2&name=mia", "password=(hidden)&name=mia"),
        ("Cookie: session=abc; other=def", "Cookie: (hidden)"),
        ("postgresql+psycopg://churn:hunter2@db/churn", "postgresql+psycopg://churn:(hidden)@db/churn"),
        ("mailtos://me:hunter2@mail.example.com", "mailtos://me:(hidden)@mail.example.com"),
        ("GET /api/v1/predictions/tea 200 12.5 ms", "GET /api/v1/predictions/tea 200 12.5 ms"),
        ("http://127.0.0.1:3000/runs/1 at 12:30", "http://127.0.0.1:3000/runs/1 at 12:30"),
    ],
)
def test_secrets_are_hidden_and_nothing_else(text: str, shown: str):
    assert without_secrets(text) == shown


@pytest.mark.parametrize("as_json", [False, True])
def test_no_secret_reaches_the_file_by_message_arguments_or_traceback(tmp_path: Path, as_json: bool):
    file = tmp_path / "logs" / "api.log"
    set_up_logs(Settings(home=tmp_path, log_file=file, log_json=as_json), "api", service=True)
    logger = logging.getLogger("some.library")
    logger.info("key %s", KEY)
    logger.info("details", extra={"details": {"asked": KEY, "nested": {"password": "hunter2"}}})
    try:
        raise ValueError(f"cannot use {KEY}")
    except ValueError:
        logger.exception("failed")
    text = file.read_text(encoding="utf-8")
    assert "k" * 43 not in text
    assert "hunter2" not in text
    assert text.count("churn_0123456789ab_(hidden)") == (3 if as_json else 2)


def test_json_lines(tmp_path: Path):
    file = tmp_path / "api.log"
    set_up_logs(Settings(home=tmp_path, log_file=file, log_json=True), "api", service=True)
    logging.getLogger("churn.access").info("answered", extra={"details": {"status": 200}})
    logging.getLogger("churn.access").debug("not shown")
    line = json.loads(file.read_text(encoding="utf-8"))
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "INFO",
        "process": "api",
        "logger": "churn.access",
        "message": "answered",
        "status": 200,
    }


def test_commands_log_warnings_services_more_and_the_setting_decides(tmp_path: Path):
    settings = Settings(home=tmp_path)
    set_up_logs(settings, "churn")
    assert logging.getLogger().level == logging.WARNING
    set_up_logs(settings, "api", service=True)
    assert logging.getLogger().level == logging.INFO
    set_up_logs(Settings(home=tmp_path, log_level="ERROR"), "api", service=True)
    assert logging.getLogger().level == logging.ERROR
    ours = [h for h in logging.getLogger().handlers if isinstance(h.formatter, PlainLines)]
    assert len(ours) == 1
