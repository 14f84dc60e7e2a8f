"""Invite students

Revision: 0021, after 0020
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('group_invitations',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=True),
    sa.Column('teacher_id', sa.Uuid(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('status', sa.String(length=9), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('mailed_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('expires_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint("status IN ('open', 'accepted', 'declined', 'withdrawn')", name=op.f('ck_group_invitations_status')),
    sa.ForeignKeyConstraint(['group_id'], ['study_groups.id'], name=op.f('fk_group_invitations_group_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['teacher_id'], ['users.id'], name=op.f('fk_group_invitations_teacher_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_group_invitations')),
    sa.UniqueConstraint('group_id', 'email', name=op.f('uq_group_invitations_group_id_email'))
    )
    with op.batch_alter_table('group_invitations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_group_invitations_email'), ['email'], unique=False)
        batch_op.create_index(batch_op.f('ix_group_invitations_teacher_id_email'), ['teacher_id', 'email'], unique=False)

    op.add_column('study_groups', sa.Column('join_code', sa.String(length=8), nullable=True))
    op.create_index(op.f('ix_study_groups_join_code'), 'study_groups', ['join_code'], unique=True)


def downgrade() -> None:
    op.drop_index(op.f('ix_study_groups_join_code'), table_name='study_groups')
    op.drop_column('study_groups', 'join_code')

    with op.batch_alter_table('group_invitations', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_group_invitations_teacher_id_email'))
        batch_op.drop_index(batch_op.f('ix_group_invitations_email'))

    op.drop_table('group_invitations')
