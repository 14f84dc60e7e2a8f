"""Let people enter by themselves, keep what is mailed to them, and seal what is written down

Revision: 0014, after 0013
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

_KEPT = ('audit_events', 'audit_seals')
_REFUSAL = 'what was written down is neither changed nor deleted'


def _guard_audit() -> None:
    """Rows are only added."""
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(
            'CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
            f"RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        for table in _KEPT:
            op.execute(
                f'CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} '
                'FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()'
            )
        return
    for table in _KEPT:
        for name, when in (('kept_as_it_is', 'UPDATE'), ('kept', 'DELETE')):
            op.execute(
                f'CREATE TRIGGER {table}_{name} BEFORE {when} ON {table} FOR EACH ROW '
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )


def _let_audit_be_changed() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION refuse_audit_change() CASCADE')
        return
    for table in _KEPT:
        for name in ('kept_as_it_is', 'kept'):
            op.execute(f'DROP TRIGGER {table}_{name}')


def upgrade() -> None:
    op.create_table('mail_tokens',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('used_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("purpose IN ('confirm_email', 'change_email', 'reset_password', 'revoke_session')", name=op.f('ck_mail_tokens_purpose')),
    sa.ForeignKeyConstraint(['session_id'], ['user_sessions.id'], name=op.f('fk_mail_tokens_session_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_mail_tokens_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail_tokens')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_mail_tokens_token_hash'))
    )
    with op.batch_alter_table('mail_tokens', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mail_tokens_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_mail_tokens_session_id'), ['session_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mail_tokens_user_id'), ['user_id'], unique=False)

    # Not as a batch, which would write the table anew on SQLite, and lose the index over an expression.
    op.add_column('users', sa.Column('email_verified_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True))

    op.create_table('audit_seals',
    sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('sealed_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('latest_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_audit_seals')),
    sa.UniqueConstraint('event_id', name=op.f('uq_audit_seals_event_id'))
    )
    with op.batch_alter_table('audit_events', schema=None) as batch_op:
        batch_op.create_index('ix_audit_events_actor_id_at', ['actor_id', 'at'], unique=False)
        batch_op.create_index('ix_audit_events_at_id', ['at', 'id'], unique=False)

    _guard_audit()


def downgrade() -> None:
    _let_audit_be_changed()
    with op.batch_alter_table('audit_events', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_events_at_id')
        batch_op.drop_index('ix_audit_events_actor_id_at')

    op.drop_table('audit_seals')
    op.drop_column('users', 'email_verified_at')

    with op.batch_alter_table('mail_tokens', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mail_tokens_user_id'))
        batch_op.drop_index(batch_op.f('ix_mail_tokens_session_id'))
        batch_op.drop_index(batch_op.f('ix_mail_tokens_expires_at'))

    op.drop_table('mail_tokens')
