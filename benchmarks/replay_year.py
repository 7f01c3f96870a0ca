"""A year of weekly operation, replayed from a real data set through the real pipeline.

    python benchmarks/replay_year.py run --home DIR [--minutes 10]  (again until the year is over)
    python benchmarks/replay_year.py report --home DIR              (the log as Markdown)

Every simulated Monday the week's rows are dropped as a file. The file-drop sensor's own tick then decides
what runs: the file is appended, the shop scored with its champion, and earlier scores whose horizon has
passed are graded. The first Monday of a month trains anew, and so does the retraining rule. What the alerts
would have said is sent as a digest to a webhook on this machine, with the simulated clock. The data: every
fifth customer of CDNOW, 1997-01-01 to 1998-06-30, of which the first half-year is the history that the shop
begins with."""

import argparse
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import dagster as dg
import pandas as pd

SHOP, HORIZON, START, WEEKS = "cdnow", 45, datetime(1997, 6, 30), 52
DATA = Path(__file__).parent.parent / "data" / "samples" / "cdnow.csv"
MAPPING = {"customer_id": "customer_id", "date": "date", "amount": "amount"}


def main() -> None:
    """Replays or reports, as the arguments say."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("action", choices=["run", "report"])
    parser.add_argument(
        "--home", type=Path, required=True, help="an empty folder, or the one of an unfinished replay"
    )
    parser.add_argument(
        "--minutes", type=float, default=10.0, help="stop after the week in which so much time has passed"
    )
    arguments = parser.parse_args()
    log = arguments.home / "replay.json"
    if arguments.action == "report":
        print(markdown(json.loads(log.read_text())))
        return
    os.environ |= {
        "CHURN_HOME": str(arguments.home),
        "CHURN_ALERT_DIGEST_MINUTES": "0",
        "CHURN_SETTLE_SECONDS": "0",
    }
    replay(log, arguments.minutes * 60)


def replay(log: Path, seconds: float) -> None:
    """Replays week after week, each entered into the log once it is over, until the year or the time is."""
    from churn_pipeline.core.settings import Settings
    from churn_pipeline.orchestration.installation import initialise
    from churn_pipeline.runtime.environment import prepare_process
    from churn_pipeline.shop.config import ShopConfig
    from churn_pipeline.shop.directory import save_shop
    from churn_pipeline.shop.routine import Routine

    began, done = time.monotonic(), json.loads(log.read_text()) if log.exists() else []
    rows = pd.read_csv(DATA, dtype=str)
    rows = rows[rows["customer_id"].astype(int) % 5 == 0]
    prepare_process(Settings())
    initialise(Settings())
    if not done:
        config = {
            "name": SHOP,
            "horizon": HORIZON,
            "effort": "quick",
            "mapping": MAPPING,
            "routine": Routine(file_every_days=7),
        }
        save_shop(Settings(), ShopConfig.model_validate(config))
    with (
        digests() as (url, received),
        dg.DagsterInstance.from_config(str(Settings().dagster_home)) as instance,
    ):
        settings = Settings(alert_urls=[url])
        for week in range(len(done), WEEKS + 1):
            if time.monotonic() - began > seconds:
                print(f"{week} of {WEEKS} weeks are replayed; run again to go on")
                return
            received.clear()
            done.append(one_week(settings, instance, rows, week, done) | {"digests": list(received)})
            log.write_text(json.dumps(done, indent=1))
            print(f"week {week}: {done[-1]['seconds']:.1f} s, {', '.join(done[-1]['jobs'])}", flush=True)
    print("the year is over")


def one_week(
    settings: Any, instance: dg.DagsterInstance, rows: pd.DataFrame, week: int, done: list[dict[str, Any]]
) -> dict[str, Any]:
    """The Monday after week `week` (0: the history before the start), as an entry of the log."""
    from churn_pipeline.monitoring.alerts.alerts import collect_alerts
    from churn_pipeline.monitoring.alerts.digest import send_digest
    from churn_pipeline.monitoring.retraining_reasons import retraining_reasons
    from churn_pipeline.orchestration.automation.alerting import failed_runs
    from churn_pipeline.runtime.dropped_file import ROUTE
    from churn_pipeline.shop.directory import shop_folder, shop_store

    began, monday, folder = time.monotonic(), START + timedelta(days=7 * week), shop_folder(settings, SHOP)
    before = monday - timedelta(days=7) if week else datetime.min
    trained = max(
        (datetime.fromisoformat(entry["monday"]) for entry in done if "train" in entry["jobs"]), default=None
    )
    part = rows[(rows["date"] >= f"{before:%Y-%m-%d}") & (rows["date"] < f"{monday:%Y-%m-%d}")]
    drop = settings.incoming_dir / SHOP / f"{monday:%Y-%m-%d}.csv"
    drop.parent.mkdir(exist_ok=True)
    part.to_csv(drop, index=False)
    jobs = drop_jobs(instance, drop)
    reasons = retraining_reasons(shop_store(settings, SHOP), settings.limits, trained, monday)
    first_monday_of_month = trained is not None and monday.day <= 7
    if first_monday_of_month or reasons:
        jobs.append(execute(instance, dg.RunRequest(job_name="train", partition_key=SHOP)))
    send_digest(
        settings, [*failed_runs(instance, settings), *collect_alerts(settings, monday, ROUTE)], monday
    )
    return {
        "monday": monday.isoformat(),
        "rows": len(part),
        "jobs": jobs,
        "retraining": [] if first_monday_of_month else reasons,
        "seconds": round(time.monotonic() - began, 1),
        **outcome(folder, {entry["run_id"] for past in done for entry in past["graded"]}),
    }


def drop_jobs(instance: dg.DagsterInstance, drop: Path) -> list[str]:
    """Ticks of the file-drop sensor until it asks for nothing more; the jobs that ran."""
    from churn_pipeline.orchestration.automation.sensors import file_drop
    from churn_pipeline.orchestration.resources import ChurnSettings

    jobs: list[str] = []
    cursor_file = drop.parent.parent.parent / "replay_cursor.json"
    while True:
        cursor = cursor_file.read_text() if cursor_file.exists() else None
        context = dg.build_sensor_context(
            instance=instance, cursor=cursor, resources={"churn": ChurnSettings()}
        )
        decision = file_drop(context)
        for added in decision.dynamic_partitions_requests or []:
            instance.add_dynamic_partitions("shops", added.partition_keys)
        cursor_file.write_text(decision.cursor)
        if not decision.run_requests:
            return jobs
        jobs += [execute(instance, request) for request in decision.run_requests]


def execute(instance: dg.DagsterInstance, request: dg.RunRequest) -> str:
    """Runs a request in this process; the job's name, marked where the run failed."""
    from churn_pipeline.orchestration.definitions import build_defs

    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    result = (
        build_defs()
        .resolve_job_def(request.job_name)
        .execute_in_process(
            instance=instance,
            partition_key=request.partition_key,
            run_config=dict(request.run_config) | quiet,
            tags=request.tags,
            raise_on_error=False,
        )
    )
    return str(request.job_name) if result.success else f"{request.job_name} FAILED"


def outcome(folder: Path, graded_before: set[str]) -> dict[str, Any]:
    """What the tables say after the week: the champion, the newest scoring, and the scorings whose outcome is
    known since this week."""
    scorings = pd.read_parquet(folder / "graded_scorings.parquet")
    champion = json.loads((folder / "champion.json").read_text())
    newest = scorings.iloc[-1]
    known = scorings[(scorings["outcome"] == "known") & ~scorings["run_id"].isin(graded_before)]
    columns = [
        "run_id",
        "as_of",
        "model_version",
        "graded",
        "roc_auc",
        "expected_churn_rate",
        "churn_rate",
        "log_loss",
        "log_loss_of_rate",
    ]
    return {
        "champion": {"version": champion["version"], "kind": champion["kind"]},
        "scored": int(newest["customers"]),
        "expected_churn_rate": float(newest["expected_churn_rate"]),
        "graded": json.loads(known[columns].to_json(orient="records", date_format="iso")),
    }


@contextmanager
def digests() -> Iterator[tuple[str, list[str]]]:
    """A webhook on this machine: its address for apprise, and the texts of the messages that it has
    received."""
    received: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["message"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"json://127.0.0.1:{server.server_port}/", received
    finally:
        server.shutdown()
        server.server_close()


def markdown(log: list[dict[str, Any]]) -> str:
    """The log as a table with one line per week."""
    lines = [
        "| Monday | rows | ran | champion | scored | expected | graded scoring | AUC | expected | "
        "realised | alerts |",
        "|---|--:|---|---|--:|--:|---|--:|--:|--:|---|",
    ]
    for entry in log:
        grades = entry["graded"][-1:] or [{}]
        grade = grades[0]
        rates = [f"{grade[k]:.1%}" if grade else "" for k in ("expected_churn_rate", "churn_rate")]
        cells = [
            entry["monday"][:10],
            f"{entry['rows']:,}",
            " ".join(entry["jobs"]),
            f"{entry['champion']['kind']} v{entry['champion']['version']}",
            f"{entry['scored']:,}",
            f"{entry['expected_churn_rate']:.1%}",
            grade["as_of"][:10] if grade else "",
            f"{grade['roc_auc']:.3f}" if grade and grade["roc_auc"] is not None else "",
            *rates,
            "; ".join(
                said(line) for text in entry["digests"] for line in text.splitlines() if line.startswith("- ")
            ),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def said(line: str) -> str:
    """An alert without its link."""
    return line.removeprefix("- ").partition(" http")[0].strip().replace("|", "/")


if __name__ == "__main__":
    main()
