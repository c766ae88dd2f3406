"""The resident source: tables in PostgreSQL, one statement for each fetch."""
