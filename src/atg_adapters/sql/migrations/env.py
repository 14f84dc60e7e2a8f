"""Runs Alembic on a connection that the caller has opened (see atg_adapters.sql.revisions)."""

from alembic import context

from atg_adapters.sql.revisions import is_ours
from atg_adapters.sql.tables.every import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    compare_server_default=False,
    include_name=is_ours,
)
with context.begin_transaction():
    context.run_migrations()
