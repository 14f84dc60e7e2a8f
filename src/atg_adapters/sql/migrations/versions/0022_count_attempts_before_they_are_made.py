"""Count attempts before they are made, and know devices by their network

Revision: 0022, after 0021
"""

import sqlalchemy as sa
from alembic import op

from atg_core.client_address import network_of

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None

_IPV6 = sa.text("SELECT DISTINCT ip_address FROM user_sessions WHERE ip_address LIKE '%:%'")
_NETWORK = sa.text('UPDATE user_sessions SET network = :network WHERE ip_address = :address')


def upgrade() -> None:
    op.add_column('throttle_counters', sa.Column('open_tries', sa.Integer(), server_default=sa.text('0'), nullable=False))
    op.add_column('user_sessions', sa.Column('network', sa.String(length=49), nullable=True))
    op.execute('UPDATE user_sessions SET network = ip_address')
    connection = op.get_bind()
    for address in connection.scalars(_IPV6).all():
        connection.execute(_NETWORK, {'network': network_of(address), 'address': address})


def downgrade() -> None:
    op.drop_column('user_sessions', 'network')
    op.drop_column('throttle_counters', 'open_tries')
