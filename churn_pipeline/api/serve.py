"""The server process of the API."""

import gc
import socket
import time
from threading import Thread

import uvicorn

from churn_pipeline.api.app import create_app
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.installation import prepare_to_serve
from churn_pipeline.service.what_if import load_champions, load_libraries


def serve(settings: Settings, host: str, port: int) -> None:
    """Serves the API until it is interrupted. BadInput on an address that others can reach, while no key and
    no user exist."""
    prepare_to_serve(settings, host, "api")
    Thread(target=_load_for_good, args=(settings,), daemon=True).start()
    uvicorn.run(
        create_app(settings),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )


def _load_for_good(settings: Settings) -> None:
    """Imports the libraries and loads the newest models, and keeps what they brought out of the rounds of the
    garbage collector: each round over their half million objects stopped every answer for .7 s."""
    gc.disable()
    try:
        load_libraries()
        load_champions(settings)
        gc.freeze()
    finally:
        gc.enable()


def serve_beside(settings: Settings) -> str:
    """Serves the API to this process alone, on a free port of 127.0.0.1, until the process ends; returns its
    address."""
    prepare_to_serve(settings, "127.0.0.1", "api")
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(create_app(settings), log_config=None, access_log=False, server_header=False)
    )
    serving = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    serving.start()
    while not server.started:
        if not serving.is_alive():
            raise RuntimeError("The API of this process ended before it answered; its log says why.")
        time.sleep(0.02)
    return f"http://127.0.0.1:{listening.getsockname()[1]}"
