"""Keep imports, and what they change

Revision: 0060, after 0059
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from atg_adapters.sql.types import UtcDateTime

revision = '0060'
down_revision = '0059'
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql')
_STATES = 'checking', 'checked', 'applying', 'applied', 'failed', 'undoing', 'undone'
_FUNCTION = """
CREATE FUNCTION record_import_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE old_row jsonb; new_row jsonb; row_key text;
BEGIN
    IF TG_OP <> 'INSERT' THEN old_row := to_jsonb(OLD); END IF;
    IF TG_OP <> 'DELETE' THEN new_row := to_jsonb(NEW); END IF;
    IF old_row = new_row THEN RETURN NULL; END IF;
    SELECT string_agg(coalesce(new_row, old_row) ->> part.name, ',' ORDER BY part.place) INTO row_key
    FROM unnest(TG_ARGV) WITH ORDINALITY AS part(name, place);
    INSERT INTO import_changes (import_id, table_name, key, before, after)
    VALUES (current_setting('atg.import')::uuid, TG_TABLE_NAME, row_key, old_row, new_row);
    RETURN NULL;
END $$
"""


def _rows(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default=sa.text('0'), nullable=False)


def upgrade() -> None:
    states = ', '.join(f"'{state}'" for state in _STATES)
    op.create_table(
        'imports',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('user_id', sa.Uuid(), nullable=True),
        sa.Column('kind', sa.String(length=50), nullable=False),
        sa.Column('file_name', sa.String(length=150), nullable=False),
        sa.Column('key', sa.String(length=100), nullable=True),
        sa.Column('state', sa.String(length=10), nullable=False),
        sa.Column('turn', sa.SmallInteger(), nullable=True),
        sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('updated_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('applied_at', UtcDateTime(timezone=True), nullable=True),
        _rows('created'),
        _rows('updated'),
        _rows('unchanged'),
        _rows('rejected'),
        sa.Column('faults', _JSON, nullable=False),
        sa.Column('changes', _JSON, nullable=False),
        sa.Column('hindrances', _JSON, nullable=False),
        sa.Column('problem', sa.String(length=500), nullable=True),
        sa.Column('is_recorded', sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint(f'state IN ({states})', name=op.f('ck_imports_state')),
        sa.CheckConstraint('turn = 1', name=op.f('ck_imports_turn')),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_imports_user_id'), ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_imports')),
        sa.UniqueConstraint('turn', name=op.f('uq_imports_turn')),
    )
    op.create_index(op.f('ix_imports_user_id'), 'imports', ['user_id'])
    op.create_index(op.f('ix_imports_created_at'), 'imports', ['created_at'])
    op.create_table(
        'import_changes',
        sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('import_id', sa.Uuid(), nullable=False),
        sa.Column('table_name', sa.String(length=63), nullable=False),
        sa.Column('key', sa.String(length=500), nullable=False),
        sa.Column('before', _JSON, nullable=True),
        sa.Column('after', _JSON, nullable=True),
        sa.ForeignKeyConstraint(
            ['import_id'], ['imports.id'], name=op.f('fk_import_changes_import_id'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('number', name=op.f('pk_import_changes')),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f('ix_import_changes_import_id_table_name_key'), 'import_changes', ['import_id', 'table_name', 'key']
    )
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(_FUNCTION)


def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION record_import_change() CASCADE')
    op.drop_table('import_changes')
    op.drop_table('imports')
