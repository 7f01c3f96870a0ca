"""The log of a process: level, form and file by the settings, and never a secret in it."""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from typing import Any

from churn_pipeline.core.settings import Settings

LARGEST_FILE, FORMER_FILES = 10_000_000, 5
HIDDEN = "(hidden)"
SECRETS = (
    re.compile(r"(churn_[0-9a-f]{12}_)[A-Za-z0-9_-]{20,}"),
    re.compile(r"(signin_|whsec_)[A-Za-z0-9_-]{20,}"),
    re.compile(r"(?i)(authorization['\"]?\s*[:=]\s*['\"]?(?:bearer|basic)\s+)[^\s'\",}]+"),
    re.compile(r"(?i)((?:password|passwd|secret|token|api[_-]?key)['\"]?\s*[:=]\s*['\"]?)[^\s'\",}&]+"),
    re.compile(r"(?i)((?:set-)?cookie['\"]?\s*[:=]\s*['\"]?)[^\r\n'\"]+"),
    re.compile(r"(\w[\w+.-]*://[^\s:/@]*:)[^\s/@]+(?=@)"),
)
"""What comes after the group is a secret: keys, tokens, headers, fields named like one, passwords in URLs."""

SECRET_NAME = re.compile(r"(?i)password|passwd|secret|token|api[_-]?key|authorization|cookie")


def set_up_logs(settings: Settings, process: str, service: bool = False) -> None:
    """Sends everything that this process logs to stderr, or to the file of the settings; calling it again
    takes the former handler's place.

    process: its name in each line, such as `api`. service: one that runs on, and logs from INFO upwards."""
    handler: logging.Handler
    if settings.log_file is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        settings.log_file.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            settings.log_file, maxBytes=LARGEST_FILE, backupCount=FORMER_FILES, encoding="utf-8", delay=True
        )
    handler.setFormatter(JsonLines(process) if settings.log_json else PlainLines(process))
    root = logging.getLogger()
    for former in [h for h in root.handlers if isinstance(h.formatter, (JsonLines, PlainLines))]:
        root.removeHandler(former)
        former.close()
    level = settings.log_level or ("INFO" if service else "WARNING")
    handler.setLevel(level)  # some libraries give their own loggers a level, which passes the root's by
    root.addHandler(handler)
    root.setLevel(level)


def without_secrets(text: str) -> str:
    """The text with `(hidden)` in the place of every secret that can be told by its form or its name."""
    for secret in SECRETS:
        text = secret.sub(rf"\g<1>{HIDDEN}", text)
    return text


class PlainLines(logging.Formatter):
    """A line for people: time, process, level, logger, message; with a traceback below where there is one."""

    def __init__(self, process: str) -> None:
        super().__init__(f"%(asctime)s {process} %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class JsonLines(logging.Formatter):
    """A JSON object for programs; what a record has in `details` becomes keys of its own."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "process": self._process,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= getattr(record, "details", {})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(_values_without_secrets(line), ensure_ascii=False)


def _values_without_secrets(value: Any) -> Any:
    """The same for what becomes JSON: in every text of it, and whatever a key's name calls a secret."""
    if isinstance(value, dict):
        return {
            name: HIDDEN if SECRET_NAME.search(str(name)) else _values_without_secrets(held)
            for name, held in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_values_without_secrets(held) for held in value]
    return value if value is None or isinstance(value, (bool, int, float)) else without_secrets(str(value))
