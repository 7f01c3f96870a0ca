"""The store of who may do what, and of what people saved: SQLite under CHURN_HOME, or any database that
`CHURN_ACCESS_DATABASE_URL` names.

Its tables are declared by the modules of this folder, one for each subject, and made by the migrations."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import Connection, Engine, Inspector, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Session

from churn_pipeline.core.settings import Settings

NEWEST = "0001"
"""The newest migration; a test holds it against the folder of migrations."""
POSTGRES_LOCK = 7_241_902  # any number that is ours: the advisory lock of the migrations
OWNER_ONLY = 0o600


class Base(DeclarativeBase):
    """What the tables of this store have in common."""


def database_url(settings: Settings) -> str:
    """Where the store is."""
    return settings.access_database_url or f"sqlite:///{settings.data_dir / 'access.db'}"


def sqlite_file(settings: Settings) -> Path | None:
    """The store's file; None where it is another database."""
    url = make_url(database_url(settings))
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


@contextmanager
def writing(settings: Settings) -> Iterator[Session]:
    """A session that is committed at the end, and rolled back when something is raised; the tables are there.

    Nobody else writes meanwhile (in SQLite), so that what is read in it may be counted on. Keep it short."""
    migrate(settings)
    engine = engine_of(settings).execution_options(begin="BEGIN IMMEDIATE")
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(settings: Settings) -> Iterator[Session]:
    """A session to read in, which waits for no writer; what it loads stays readable afterwards."""
    migrate(settings)
    with Session(engine_of(settings), expire_on_commit=False) as session, session.begin():
        yield session


def migrate(settings: Settings) -> None:
    """Brings the tables to their newest form; safe from several processes at once, and quick where they have
    it already."""
    engine = engine_of(settings)
    if _is_newest(database_url(settings), engine):
        return
    file = sqlite_file(settings)
    if file is None:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": POSTGRES_LOCK})
            _upgrade(connection)
        return
    with FileLock(file.with_suffix(".lock"), timeout=settings.database_wait_seconds, mode=OWNER_ONLY):
        with (
            engine.connect() as connection
        ):  # readers and writers do not wait for each other; kept in the file
            connection.connection.driver_connection.execute("PRAGMA journal_mode = WAL")  # type: ignore[union-attr]
        with engine.begin() as connection:
            _upgrade(connection)


_NEWEST_STORES: set[str] = set()


def _is_newest(url: str, engine: Engine) -> bool:
    """Whether every migration has been made; asked once in a process, as nothing undoes them."""
    if url not in _NEWEST_STORES:
        with engine.connect() as connection:
            if migration_of(connection) == NEWEST:
                _NEWEST_STORES.add(url)
    return url in _NEWEST_STORES


def migration_of(connection: Connection) -> str | None:
    """The last migration that was made; None where there was none."""
    inspector: Inspector = inspect(connection)
    if not inspector.has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", "churn_pipeline.access:migrations")
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, "head")


def engine_of(settings: Settings) -> Engine:
    """The connections to this installation's store."""
    return _engine_of(database_url(settings), settings.database_wait_seconds)


@cache
def _engine_of(url: str, wait_seconds: float) -> Engine:
    """One engine for each database of this process. Parameters stay out of error messages: they are hashes,
    names and addresses."""
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, hide_parameters=True, pool_pre_ping=True)
    file = make_url(url).database
    if file:
        _owner_only(Path(file))
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": wait_seconds})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin)
    return engine


def _owner_only(file: Path) -> None:
    """The file is there and nobody but its owner may read it; SQLite gives its log files the same mode."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=OWNER_ONLY)
    file.chmod(OWNER_ONLY)


def _prepare_sqlite(connection: Any, _: object) -> None:
    """Foreign keys hold; what is deleted is overwritten; transactions begin where we say, not where
    the driver thinks."""
    connection.isolation_level = None
    for pragma in ("synchronous = NORMAL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))
