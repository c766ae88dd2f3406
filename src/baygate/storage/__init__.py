"""PostgreSQL: tables, migrations, connections. Knows no GraphQL."""
