"""A run's tables appear together or not at all; a crash at any point of the publication is finished by
whoever comes next."""

import subprocess
import sys
from pathlib import Path

import pytest

from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_json, write_json, write_text
from churn_pipeline.runtime.locks import holding, is_free
from churn_pipeline.runtime.run_folder import (
    discard_run_folders,
    finish_publications,
    open_run_folder,
    publish_run,
    run_folder,
    run_store,
)
from churn_pipeline.shop.directory import shop_folder

SHOP = "kiosk"
NAMES = ("a.json", "candidates/b.json", "c.json", "results.json")


@pytest.fixture
def settings(tmp_path):
    found = Settings(home=tmp_path)
    for name in NAMES:
        write_json(shop_folder(found, SHOP) / name, {"run_id": "old"})
    write_json(shop_folder(found, SHOP) / "untouched.json", {"run_id": "old"})
    return found


def written_by(settings, run_id):
    """A run that has written everything and published nothing."""
    own = open_run_folder(settings, SHOP, run_id)
    for name in NAMES:
        write_json(own / name, {"run_id": run_id})
    return own


def published(settings):
    return [read_json(shop_folder(settings, SHOP) / name)["run_id"] for name in NAMES]


def test_steps_read_what_is_published_and_write_beside_it(settings):
    own = open_run_folder(settings, SHOP, "new")
    assert own.name == SHOP and run_store(settings, SHOP, "new").folder == own
    assert read_json(own / "candidates" / "b.json") == {"run_id": "old"}
    write_json(own / "a.json", {"run_id": "new"})
    assert read_json(own / "a.json") == {"run_id": "new"} and published(settings) == ["old"] * 4
    publish_run(settings, SHOP, "new")
    assert published(settings) == ["new", "old", "old", "old"]
    assert run_store(settings, SHOP, "new").folder == shop_folder(settings, SHOP) and not own.exists()
    assert all(not p.is_symlink() for p in shop_folder(settings, SHOP).rglob("*"))


def test_the_ledger_goes_through_to_the_shop_as_soon_as_it_is_published(settings):
    own = open_run_folder(settings, SHOP, "new")
    assert not (own / "transactions.parquet").exists()
    write_text(shop_folder(settings, SHOP) / "transactions.parquet", "ledger")
    assert (own / "transactions.parquet").read_text() == "ledger"


@pytest.mark.parametrize("moved", range(5))
def test_a_crash_in_the_middle_of_publication_is_finished_by_the_next_who_comes(settings, monkeypatch, moved):
    written_by(settings, "new")
    renames, rename = [], Path.replace

    def crashing(self, target):
        if len(renames) == moved:
            raise KeyboardInterrupt
        renames.append(target)
        return rename(self, target)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "replace", crashing)
        publish_run(settings, SHOP, "new")
        raise KeyboardInterrupt  # after the last file
    assert published(settings)[3] == "old" or moved == 4
    said = finish_publications(settings)
    assert published(settings) == ["new"] * 4
    assert len(said) == (moved < 4) and finish_publications(settings) == []


def test_nobody_finishes_for_a_run_that_is_still_at_it(settings):
    own = written_by(settings, "new")
    (own.parent / "publishing").touch()
    script = (
        "import sys; from churn_pipeline.runtime.locks import *; "
        "from churn_pipeline.core.settings import Settings;"
    )
    script += (
        "lock = shop_lock(Settings(home=sys.argv[1]), 'kiosk'); lock.acquire(); print('held', flush=True); "
        "input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, settings.home],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        assert not is_free(settings, SHOP) and finish_publications(settings) == []
        holder.kill()
        holder.wait()
    assert is_free(settings, SHOP) and len(finish_publications(settings)) == 1


def test_a_run_that_continues_a_failed_one_finds_what_that_had_written(settings):
    write_json(open_run_folder(settings, SHOP, "failed") / "a.json", {"run_id": "failed"})
    own = open_run_folder(settings, SHOP, "retry", continues="failed")
    assert read_json(own / "a.json") == {"run_id": "failed"}
    publish_run(settings, SHOP, "retry")
    assert published(settings) == ["failed", "old", "old", "old"]
    with pytest.raises(ChurnError, match="start a new run"):
        open_run_folder(settings, SHOP, "late", continues="failed")
    open_run_folder(settings, SHOP, "after a published one", continues="old")


def test_a_new_run_does_not_see_what_a_failed_one_left(settings):
    write_json(open_run_folder(settings, SHOP, "failed") / "a.json", {"run_id": "failed"})
    other = open_run_folder(settings, "other", "elsewhere")
    own = open_run_folder(settings, SHOP, "new")
    assert read_json(own / "a.json") == {"run_id": "old"}
    assert not run_folder(settings, SHOP, "failed").exists() and other.exists()
    discard_run_folders(settings, SHOP)
    assert not own.exists()


def test_the_lock_waits_as_long_as_the_settings_say(settings):
    import threading

    impatient, said = settings.model_copy(update={"run_wait_seconds": 0.1}), []
    with holding(settings, SHOP, said.append):

        def second():
            try:
                with holding(impatient, SHOP, said.append):
                    said.append("in")
            except ChurnError as error:
                said.append(str(error))

        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert said[0] == "another run of shop kiosk is in progress; waiting for it"
    assert "did not end within 0 seconds" in said[1] and len(said) == 2
