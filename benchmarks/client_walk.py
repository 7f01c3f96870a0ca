"""Seconds of each part of a web team's way with a client generated from the OpenAPI document, over a home of
its own that is thrown away.

python -m benchmarks.client_walk FILE [--days 30] [--webhook]   columns are mapped as suggested
"""

import argparse
import json
import os
import tempfile
from pathlib import Path

from churn_pipeline.access.keys import create_key
from churn_pipeline.access.rights import rights_of_key
from churn_pipeline.api.serve import serve_beside
from churn_pipeline.core.settings import Settings
from churn_pipeline.runtime.environment import prepared
from churn_pipeline_tests.builders.generated_client import (
    by_polling,
    by_webhook,
    client_of,
    generate_client,
    walk,
)
from churn_pipeline_tests.builders.receivers import receiving


def main() -> None:
    """Prints a JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--days", type=int)
    parser.add_argument("--webhook", action="store_true")
    asked = parser.parse_args()
    os.environ["CHURN_WEBHOOKS_ALLOW_PRIVATE"] = "true"  # the receiver is on this machine
    with tempfile.TemporaryDirectory() as folder, receiving() as receiver:
        generate_client(Path(folder))
        settings = Settings(home=Path(folder) / "home")
        with prepared(settings):
            key = create_key(settings, "web team", rights_of_key([], True, True, True))[1]
            client = client_of(serve_beside(settings), key)
            waiting = by_webhook(receiver) if asked.webhook else by_polling
            done = walk(client, asked.file, "walked", waiting, churn_threshold_days=asked.days)
    found = {
        "seconds": done.seconds,
        "statuses_asked_for": len(done.statuses),
        "messages": len(receiver.bodies),
        "customers": done.page.total,
        "export_bytes": done.sizes,
    }
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
