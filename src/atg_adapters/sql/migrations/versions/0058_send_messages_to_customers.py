"""Send messages to customers

Revision: 0058, after 0057
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0058'
down_revision = '0057'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('shop_messages',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('audience', sa.String(length=10), nullable=False),
    sa.Column('lesson_id', sa.Integer(), nullable=True),
    sa.Column('course_id', sa.Integer(), nullable=True),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('sent_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('ended_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(audience = 'buyers') = ((lesson_id IS NULL) <> (course_id IS NULL)) AND (lesson_id IS NULL OR course_id IS NULL)", name=op.f('ck_shop_messages_item')),
    sa.CheckConstraint("audience IN ('all', 'buyers', 'idle')", name=op.f('ck_shop_messages_audience')),
    sa.CheckConstraint("status IN ('draft', 'sending', 'sent', 'cancelled')", name=op.f('ck_shop_messages_status')),
    sa.ForeignKeyConstraint(['course_id'], ['shop_courses.id'], name=op.f('fk_shop_messages_course_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['lesson_id'], ['shop_lessons.id'], name=op.f('fk_shop_messages_lesson_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shop_messages')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('shop_messages', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shop_messages_course_id'), ['course_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_shop_messages_lesson_id'), ['lesson_id'], unique=False)

    op.create_table('shop_message_recipients',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('chat_id', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('changed_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint("status IN ('waiting', 'sending', 'sent', 'blocked', 'failed')", name=op.f('ck_shop_message_recipients_status')),
    sa.ForeignKeyConstraint(['message_id'], ['shop_messages.id'], name=op.f('fk_shop_message_recipients_message_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['shop_customers.id'], name=op.f('fk_shop_message_recipients_user_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shop_message_recipients')),
    sa.UniqueConstraint('message_id', 'user_id', name=op.f('uq_shop_message_recipients_message_id_user_id')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('shop_message_recipients', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shop_message_recipients_message_id_status_id'), ['message_id', 'status', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_shop_message_recipients_user_id'), ['user_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('shop_message_recipients', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shop_message_recipients_user_id'))
        batch_op.drop_index(batch_op.f('ix_shop_message_recipients_message_id_status_id'))

    op.drop_table('shop_message_recipients')
    with op.batch_alter_table('shop_messages', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shop_messages_lesson_id'))
        batch_op.drop_index(batch_op.f('ix_shop_messages_course_id'))

    op.drop_table('shop_messages')
