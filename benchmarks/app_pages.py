"""Time of every page of the app over a shop of a million customers, in a real Chromium on this machine.

python -m benchmarks.app_pages                          a million customers, each page five times
python -m benchmarks.app_pages --customers 100000 --times 3
python -m benchmarks.app_pages --home HOME              a shop `cdnow` that is trained already, copied

A shop is trained (CDNOW's committed sample), then its tables are filled with copies of its customers, under
ids and values of their own, until there are enough. The app runs as a process of its own (`churn app
--single`). A page's time is from the click in the sidebar to the moment at which nothing runs and nothing is
stale any more; the first screen's is from an empty browser to the dashboard.
"""

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.compute as pc

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_arrow, read_json, table_version, write_table
from churn_pipeline.shop.directory import shop_folder

SHOP = "cdnow"
CDNOW = Path("data/samples/cdnow.csv")
CDNOW_MAP = ("customer_id=customer_id", "date=date", "amount=amount")
CHROMIUM = "/usr/bin/chromium"
TABLES = (
    "transactions",
    "customer_scores",
    "customer_value",
    "customer_segments",
    "customer_features",
    "shap_values",
    "recommended_actions",
    "score_history",
    "target_lists",
    "early_warnings",
)
PAGES = {
    "Customers": "customers",
    "What-if simulator": "simulator",
    "Campaigns": "campaigns",
    "Reports": "reports",
    "Detailed analysis": "analysis",
    "Model health": "health",
    "Upload and configure": "new-data",
    "Progress": "progress",
    "Settings": "settings",
    "Dashboard": "",
}
IDLE = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    const busy = !app || app.getAttribute('data-test-script-state') !== 'notRunning'
        || document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]');
    if (busy) { window.idleSince = undefined; return false; }
    window.idleSince = window.idleSince ?? performance.now();
    return performance.now() - window.idleSince > QUIET_MS;
}"""
QUIET_MS = 300
"""So long nothing may have run for a page to count as ready; not part of its time."""
PATIENCE_MS = 300_000


def train(home: Path) -> None:
    """Puts a trained shop into the home."""
    command = [sys.executable, "-m", "churn_pipeline", "run", str(CDNOW.resolve()), "--shop", SHOP]
    command += [part for pair in CDNOW_MAP for part in ("--map", pair)]
    subprocess.run(command, env=os.environ | {"CHURN_HOME": str(home)}, check=True, stdout=sys.stderr)


def fill(home: Path, customers: int) -> int:
    """Copies the shop's customers until there are so many; returns how many there are."""
    folder = shop_folder(Settings(home=home), SHOP)
    here = read_arrow(folder, "customer_scores", ["customer_id"]).num_rows
    copies = -(-customers // here)
    for name in TABLES:
        if not (folder / f"{name}.parquet").exists():
            continue
        version = table_version(folder, name)
        write_table(folder, name, pa.concat_tables(_copies(read_arrow(folder, name), copies)), version)
    shutil.rmtree(
        Settings(home=home).cache_dir, ignore_errors=True
    )  # made of the former tables, of one version
    named = read_json(folder / "results.json")["tables"]
    for name in TABLES:  # the results name the state that a page may be made of
        assert name not in named or named[name]["data_version"] == table_version(folder, name).data_version
    return here * copies


def _copies(table: pa.Table, copies: int) -> Iterator[pa.Table]:
    position = table.column_names.index("customer_id")
    yield table
    for number in range(1, copies):
        ids = pc.binary_join_element_wise(table["customer_id"], str(number), "-")
        copy = table.set_column(position, table.schema.field("customer_id"), ids)
        if "clv" in table.column_names:
            scaled = pc.multiply(table["clv"], 0.5 + number / copies)
            copy = copy.set_column(table.column_names.index("clv"), table.schema.field("clv"), scaled)
        yield copy


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The app as a process of its own; its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "churn_pipeline", "app", "--single", "--port", str(port)]
    app = subprocess.Popen(command, env=os.environ | {"CHURN_HOME": str(home)}, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(app, f"{address}/_stcore/health")
        yield address
    finally:
        app.terminate()
        app.wait(30)


def _wait(app: subprocess.Popen[bytes], address: str, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while app.poll() is None and time.monotonic() < end:
        try:
            if httpx.get(address).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    raise RuntimeError("the app does not answer")


def measured(address: str, times: int) -> dict[str, Any]:
    """Seconds of the first screen and of every page: the first visit, and the median of the later ones."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        began = time.monotonic()
        page.goto(f"{address}/?shop={SHOP}")
        _settled(page, "Dashboard")
        cold = time.monotonic() - began - QUIET_MS / 1000
        began = time.monotonic()
        page.goto(f"{address}/?shop={SHOP}")
        _settled(page, "Dashboard")
        figures: dict[str, Any] = {
            "first_screen_of_a_new_process": round(cold, 2),
            "first_screen": round(time.monotonic() - began - QUIET_MS / 1000, 2),
        }
        visits: dict[str, list[float]] = {title: [] for title in PAGES}
        for _ in range(times):
            for title in PAGES:
                began = time.monotonic()
                page.locator('[data-testid="stSidebarNav"] a').filter(has_text=title).first.click()
                _settled(page, title)
                visits[title].append(time.monotonic() - began - QUIET_MS / 1000)
        browser.close()
    figures["pages"] = {
        title: {"first": round(seen[0], 2), "later": round(statistics.median(seen[1:] or seen), 2)}
        for title, seen in visits.items()
    }
    return figures


def _settled(page: Any, title: str) -> None:
    page.locator('[data-testid="stMain"] h1').filter(has_text=title).first.wait_for()
    page.wait_for_function(IDLE.replace("QUIET_MS", str(QUIET_MS)))


def main() -> None:
    """Prints a JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--home", type=Path, help="copy this one in the place of a training")
    asked = parser.parse_args()
    os.environ["CHURN_READS_PER_MINUTE"] = str(10**6)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        if asked.home is None:
            train(home)
        else:
            shutil.copytree(asked.home, home, dirs_exist_ok=True)
        customers = fill(home, asked.customers)
        with served(home) as address:
            figures = {"customers": customers} | measured(address, asked.times)
            figures["load_of_the_machine"] = [round(load, 1) for load in os.getloadavg()]
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
