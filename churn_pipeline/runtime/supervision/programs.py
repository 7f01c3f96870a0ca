"""The programs of an installation: how each is started, where people find it, and whether it answers."""

import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import httpx

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import write_text

LOOPBACK = "127.0.0.1"
LOOK_SECONDS = 3
HEARTBEATS = "{ instance { daemonHealth { allDaemonStatuses { daemonType required lastHeartbeatTime } } } }"
QUIET = "ignore:starlette.middleware.wsgi is deprecated"
"""A warning of MLflow's to its own makers, as PYTHONWARNINGS has it."""
WORKSPACE = """\
load_from:
  - python_module:
      module_name: churn_pipeline.orchestration.code_location
      location_name: churn_pipeline
"""


@dataclass(frozen=True)
class Ports:
    """Where each service listens."""

    dagster: int = 3000
    mlflow: int = 5000
    api: int = 8000
    app: int = 8501


@dataclass(frozen=True)
class Program:
    """One service. `address`: what people open, "" for one without a page. `answers`: whether it does, given
    since when it must have (seconds since 1970). `niceness`: how far it stands back for the others."""

    name: str
    about: str
    command: list[str]
    address: str
    answers: Callable[[float], bool]
    niceness: int = 0


def programs(settings: Settings, host: str, ports: Ports) -> list[Program]:
    """Dagster's interface and daemon, MLflow, API and app. Dagster's and MLflow's interfaces ask nobody for a
    password: they stay on this machine whatever the host is."""
    python = [sys.executable, "-m"]
    workspace = settings.dagster_home / "workspace.yaml"
    write_text(workspace, WORKSPACE)
    dagster, mlflow, api, app = (
        _address(LOOPBACK, ports.dagster),
        _address(LOOPBACK, ports.mlflow),
        _address(_reached_at(host), ports.api),
        _address(_reached_at(host), ports.app),
    )
    listening, store = ["--host", host, "--port"], ["--backend-store-uri", settings.mlflow_tracking_uri]
    return [
        Program(
            "app",
            "for everybody: upload, results, campaigns",
            [*python, "churn_pipeline", "app", *listening, str(ports.app), "--api-url", api],
            app,
            _answers(f"{app}/_stcore/health"),
        ),
        Program(
            "API",
            "for other programs",
            [*python, "churn_pipeline", "api", *listening, str(ports.api)],
            f"{api}/api/v1/docs",
            _answers(f"{api}/api/v1/health"),
        ),
        Program(
            "Dagster",
            "runs, lineage, schedules",
            [*python, "dagster_webserver", "-w", str(workspace), "-h", LOOPBACK, "-p", str(ports.dagster)],
            dagster,
            _answers(f"{dagster}/server_info"),
        ),
        Program(
            "MLflow",
            "experiments and models",
            [
                *python,
                "mlflow",
                "ui",
                *store,
                "--workers",
                "1",
                "--host",
                LOOPBACK,
                "--port",
                str(ports.mlflow),
            ],
            mlflow,
            _answers(f"{mlflow}/health"),
        ),
        Program(
            "daemon",
            "schedules, dropped files",
            [*python, "dagster._daemon", "run", "-w", str(workspace)],
            "",
            lambda since: _beats(dagster, since),
            settings.background_niceness,
        ),
    ]


def environment(settings: Settings, host: str, ports: Ports) -> dict[str, str]:
    """What the programs are told beside their arguments: where the others are, unless the settings say so;
    and what is not worth a line in their logs."""
    addresses = {
        "dashboard_url": _address(LOOPBACK, ports.dagster),
        "mlflow_url": _address(LOOPBACK, ports.mlflow),
        "report_url": f"{_address(_reached_at(host), ports.api)}/api/v1/export/{{shop}}?format=pdf",
    }
    given = settings.model_fields_set
    filters = ",".join(filter(None, (QUIET, os.environ.get("PYTHONWARNINGS"))))
    return (
        dict(os.environ)
        | {"PYTHONWARNINGS": filters}
        | {f"CHURN_{name.upper()}": address for name, address in addresses.items() if name not in given}
    )


def refuse_taken_ports(host: str, ports: Ports) -> None:
    """BadInput where something listens already on one of the ports, or where two are the same."""
    wanted = {"app": ports.app, "api": ports.api, "dagster": ports.dagster, "mlflow": ports.mlflow}
    if len(set(wanted.values())) < len(wanted):
        raise BadInput("Two services cannot share a port: give each one of its own.")
    for name, port in wanted.items():
        where = host if name in ("app", "api") else LOOPBACK
        try:
            socket.create_server((where, port), family=_family(where)).close()
        except OSError as error:
            raise BadInput(
                f"Port {port} of {where}, for {name}, cannot be used ({error.strerror}): something else "
                f"listens there; stop it, or choose another port: churn up --{name}-port {port + 10}"
            ) from error


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _reached_at(host: str) -> str:
    """Where this machine finds what listens on a host: every address includes its own."""
    try:
        address = ip_address(host)
    except ValueError:  # a name
        return host
    loopback = LOOPBACK if address.version == 4 else "::1"
    return loopback if address.is_unspecified else host


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _answers(address: str) -> Callable[[float], bool]:
    def answers(_: float) -> bool:
        try:
            return httpx.get(address, timeout=LOOK_SECONDS, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    return answers


def _beats(dagster: str, since: float) -> bool:
    """Whether every part of the daemon has given a sign of life since then, as Dagster shows it."""
    try:
        answer = httpx.post(
            f"{dagster}/graphql", json={"query": HEARTBEATS}, timeout=LOOK_SECONDS, trust_env=False
        )
        statuses: list[dict[str, Any]] = answer.json()["data"]["instance"]["daemonHealth"][
            "allDaemonStatuses"
        ]
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return False
    return all((s["lastHeartbeatTime"] or 0) > since for s in statuses if s["required"])
