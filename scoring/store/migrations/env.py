"""What Alembic runs: the revisions, on the connection and in the transaction that `preparation` opened."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table_schema=context.config.attributes["schema"],
)
context.run_migrations()
