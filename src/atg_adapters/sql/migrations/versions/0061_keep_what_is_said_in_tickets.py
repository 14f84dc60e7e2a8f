"""Keep what is said in tickets

Revision: 0061, after 0060
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0061'
down_revision = '0060'
branch_labels = None
depends_on = None

_FILL = """
INSERT INTO shop_ticket_messages (ticket_id, author, text, created_at)
SELECT id, '{author}', {text}, {at} FROM support_tickets WHERE {text} IS NOT NULL ORDER BY id
"""


def upgrade() -> None:
    """Of answers, the latest alone is known, and that it came at the latest change."""
    op.create_table('shop_ticket_messages',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('author', sa.String(length=10), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint("author IN ('customer', 'staff')", name=op.f('ck_shop_ticket_messages_author')),
    sa.ForeignKeyConstraint(['ticket_id'], ['support_tickets.id'], name=op.f('fk_shop_ticket_messages_ticket_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shop_ticket_messages')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('shop_ticket_messages', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shop_ticket_messages_ticket_id_id'), ['ticket_id', 'id'], unique=False)

    op.execute(_FILL.format(author='customer', text='message', at='created_at'))
    op.execute(_FILL.format(author='staff', text='admin_response', at='updated_at'))


def downgrade() -> None:
    """Tickets have their first words and the latest answer; what was said between is lost."""
    with op.batch_alter_table('shop_ticket_messages', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shop_ticket_messages_ticket_id_id'))

    op.drop_table('shop_ticket_messages')
