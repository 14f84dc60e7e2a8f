"""Keep jobs

On PostgreSQL they are kept by procrastinate, whose schema is that of the pinned version.

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import atg_adapters.sql.types

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql')

_DROP_PROCRASTINATE = r"""
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN SELECT oid::regclass AS name FROM pg_class
        WHERE relkind = 'r' AND relname LIKE 'procrastinate\_%' AND relnamespace = current_schema()::regnamespace
    LOOP
        EXECUTE format('DROP TABLE %s CASCADE', found.name);
    END LOOP;
    FOR found IN SELECT oid::regprocedure AS name FROM pg_proc
        WHERE proname LIKE 'procrastinate\_%' AND pronamespace = current_schema()::regnamespace
    LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', found.name);
    END LOOP;
    FOR found IN SELECT oid::regtype AS name FROM pg_type
        WHERE typtype IN ('e', 'c') AND typname LIKE 'procrastinate\_%' AND typnamespace = current_schema()::regnamespace
    LOOP
        EXECUTE format('DROP TYPE %s CASCADE', found.name);
    END LOOP;
END;
$$
"""


def _run_on_postgresql(statements: str) -> None:
    """Several statements in one text, in which a percent sign is only that."""
    connection = op.get_bind()
    if connection.dialect.name == 'postgresql':
        connection.execution_options(no_parameters=True).exec_driver_sql(statements)


def upgrade() -> None:
    op.create_table('jobs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('arguments', _JSON, nullable=False),
    sa.Column('lane', sa.String(length=200), nullable=True),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('run_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('lease_until', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('error', sa.String(length=500), nullable=True),
    sa.CheckConstraint("status IN ('waiting', 'running', 'dead')", name=op.f('ck_jobs_status')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_jobs')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_jobs_lane_id'), ['lane', 'id'], unique=False, sqlite_where=sa.text('lane IS NOT NULL'), postgresql_where=sa.text('lane IS NOT NULL'))
        batch_op.create_index(batch_op.f('ix_jobs_status_kind'), ['status', 'kind'], unique=False)

    op.create_table('job_times',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('kind', name=op.f('pk_job_times'))
    )
    op.create_table('job_errors',
    sa.Column('job_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('error', sa.String(length=500), nullable=False),
    sa.PrimaryKeyConstraint('job_id', name=op.f('pk_job_errors'))
    )
    if op.get_bind().dialect.name == 'postgresql':
        from procrastinate.schema import SchemaManager

        _run_on_postgresql(SchemaManager.get_schema())


def downgrade() -> None:
    _run_on_postgresql(_DROP_PROCRASTINATE)
    op.drop_table('job_errors')
    op.drop_table('job_times')
    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_jobs_status_kind'))
        batch_op.drop_index(batch_op.f('ix_jobs_lane_id'))

    op.drop_table('jobs')
