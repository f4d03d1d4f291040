"""Alembic's entry: runs the office's migrations on the connection it is handed."""

from alembic import context

from sync.office.store.database import METADATA, migrating_alone

connection = context.config.attributes["connection"]
migrating_alone(connection)
context.configure(
    connection=connection,
    target_metadata=METADATA,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
