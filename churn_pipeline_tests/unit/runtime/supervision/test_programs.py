"""What is started, and ports that cannot be used."""

import socket

import pytest

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.runtime.supervision.programs import Ports, environment, programs, refuse_taken_ports


def test_a_port_that_something_listens_on_is_refused_with_its_service_and_a_way_out():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=rf"Port {port} .*mlflow.*churn up --mlflow-port {port + 10}"):
            refuse_taken_ports("127.0.0.1", Ports(dagster=_free(), mlflow=port, api=_free(), app=_free()))


def test_two_services_cannot_share_a_port():
    with pytest.raises(BadInput, match="share a port"):
        refuse_taken_ports("127.0.0.1", Ports(dagster=8000, api=8000))


def test_what_asks_nobody_for_a_password_stays_on_this_machine(tmp_path):
    commands = {p.name: p.command for p in programs(Settings(home=tmp_path), "0.0.0.0", Ports())}
    assert set(commands) == {"app", "API", "Dagster", "MLflow", "daemon"}
    open_to_others = {name for name, command in commands.items() if "0.0.0.0" in command}
    assert open_to_others == {"app", "API"}
    assert commands["app"][-1] == "http://127.0.0.1:8000"


def test_the_programs_learn_where_the_others_are_unless_the_settings_say_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONWARNINGS", "error::ResourceWarning")
    settings = Settings(home=tmp_path, mlflow_url="https://models.example.org")
    told = environment(settings, "127.0.0.1", Ports(dagster=3010))
    assert told["CHURN_DASHBOARD_URL"] == "http://127.0.0.1:3010"
    assert told.get("CHURN_MLFLOW_URL") != "http://127.0.0.1:5000"
    vendors, own = told["PYTHONWARNINGS"].split(",")
    assert vendors.startswith("ignore:starlette") and own == "error::ResourceWarning"


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
