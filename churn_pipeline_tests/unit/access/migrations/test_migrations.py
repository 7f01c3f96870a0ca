"""The migrations make exactly the tables that the modules declare."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from churn_pipeline.access.database import NEWEST, Base, migrate, migration_of, reading
from churn_pipeline.core.settings import Settings


def test_migrated_tables_are_the_declared_ones(tmp_path: Path):
    settings = Settings(home=tmp_path)
    migrate(settings)
    with reading(settings) as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        assert migration_of(session.connection()) == NEWEST


def test_the_newest_migration_is_the_one_that_the_store_waits_for():
    configuration = Config()
    configuration.set_main_option("script_location", "churn_pipeline.access:migrations")
    assert ScriptDirectory.from_config(configuration).get_heads() == [NEWEST]
