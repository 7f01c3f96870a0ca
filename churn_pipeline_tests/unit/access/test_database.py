"""The store: its migrations, from several processes at once, and who may read its file."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from churn_pipeline.access.database import database_url, migrate, reading, sqlite_file, writing
from churn_pipeline.core.settings import Settings

USE = """import sys
from churn_pipeline.access.keys import create_key, list_keys
from churn_pipeline.access.rights import Rights
from churn_pipeline.core.settings import Settings
settings = Settings(home=sys.argv[1])
sys.stdin.readline()
for _ in range(5):
    create_key(settings, "robot", Rights(None, False, False, False))
print(len(list_keys(settings)))"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def test_several_processes_make_the_store_and_write_at_once(settings: Settings):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", USE, str(settings.home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    ended = [process.communicate("go\n", timeout=120) for process in processes]
    assert [err for _, err in ended] == [""] * 4
    assert max(int(out) for out, _ in ended) == 20


def test_only_its_owner_may_read_the_store(settings: Settings):
    migrate(settings)
    with writing(settings) as session:
        session.execute(text("DELETE FROM keys"))
        files = sorted(settings.data_dir.glob("access.*"))
        assert {file.name for file in files} == {"access.db", "access.db-shm", "access.db-wal", "access.lock"}
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_what_fails_half_way_leaves_nothing(settings: Settings):
    insert = text(
        "INSERT INTO audit (at, caller, action, shop, customers, request_id) "
        "VALUES ('', 'a', 'b', 'c', 1, '')"
    )
    with pytest.raises(ZeroDivisionError), writing(settings) as session:
        session.execute(insert)
        raise ZeroDivisionError
    with reading(settings) as session:
        assert session.execute(text("SELECT count(*) FROM audit")).scalar() == 0


def test_another_database_is_named_by_its_url(tmp_path: Path):
    elsewhere = Settings(home=tmp_path, access_database_url="postgresql+psycopg://churn:secret@db/churn")
    assert database_url(elsewhere) == "postgresql+psycopg://churn:secret@db/churn"
    assert sqlite_file(elsewhere) is None
    assert "secret" not in repr(elsewhere)
