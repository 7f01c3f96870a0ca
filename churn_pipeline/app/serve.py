"""The server process of the app."""

import os
from pathlib import Path

from churn_pipeline.core.settings import Settings
from churn_pipeline.service.installation import prepare_to_serve

SCRIPT = Path(__file__).with_name("start.py")


def serve_app(settings: Settings, host: str, port: int, api_url: str | None) -> None:
    """Serves the app until it is interrupted; `api_url`: of the API that it asks, None: it serves one itself.

    BadInput on an address that others can reach, while no user exists."""
    prepare_to_serve(settings, host, "app")
    os.environ["CHURN_API_URL"] = api_url or ""
    from streamlit.web import bootstrap

    options = streamlit_options(settings, host, port)
    bootstrap.load_config_options(options)
    bootstrap.run(str(SCRIPT), False, [], options)


def streamlit_options(settings: Settings, host: str, port: int) -> dict[str, object]:
    """What Streamlit is told: nothing is sent to others, errors are no stack on the page, uploads end at the
    product's own limit."""
    return {
        "server_address": host,
        "server_port": port,
        "server_headless": True,
        "server_fileWatcherType": "none",
        "server_maxUploadSize": settings.max_upload_mb,
        "browser_gatherUsageStats": False,
        "runner_magicEnabled": False,
        "client_toolbarMode": "minimal",
        "client_showErrorDetails": "none",
        # captions are this at 60 %: Streamlit's own grey stays below a contrast of 4.5
        "theme_light_textColor": "#111111",
    }
