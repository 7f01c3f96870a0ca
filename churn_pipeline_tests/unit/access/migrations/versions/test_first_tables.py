"""The first migration."""

from pathlib import Path

from sqlalchemy import inspect

from churn_pipeline.access.database import migrate, reading
from churn_pipeline.core.settings import Settings


def test_every_subject_has_its_table(tmp_path: Path):
    settings = Settings(home=tmp_path)
    migrate(settings)
    with reading(settings) as session:
        assert set(inspect(session.connection()).get_table_names()) == {
            *("alembic_version", "keys", "users", "sign_in_sessions", "scenarios", "audiences"),
            *("idempotency", "audit", "webhooks", "webhook_deliveries"),
        }
