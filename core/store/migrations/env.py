"""Run by Alembic: carries out the migrations on the connection that `upgrade` hands over."""

from alembic import context

from core.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite's too, as we open the transactions ourselves
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
