"""Alembic's entry: runs the journal's migrations on the connection it is handed."""

from alembic import context

from kiosk.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
