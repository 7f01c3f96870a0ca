"""Alembic's environment: migrates the connection that `access/database.py` hands over."""

from alembic import context

from churn_pipeline.access import (  # noqa: F401 - each declares its table
    audiences,
    audit,
    idempotency,
    keys,
    scenarios,
    sign_in_sessions,
    users,
)
from churn_pipeline.access.database import Base
from churn_pipeline.access.webhooks import deliveries, subscriptions  # noqa: F401 - the same

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
