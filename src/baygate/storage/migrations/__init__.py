"""The history of the tables, for Alembic; ``baygate.storage.schema_version`` applies it."""
