"""Run by Alembic; the connection comes from ``baygate.storage.schema_version``."""

from alembic import context

from baygate.storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
