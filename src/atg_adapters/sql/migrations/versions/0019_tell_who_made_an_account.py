"""Tell who made an account, and which command or file did something

Revision: 0019, after 0018
"""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

_ORIGINS = "'self', 'admin', 'command_line', 'settings', 'import', 'adoption', 'earlier'"
_CREATED = "SELECT 1 FROM audit_events WHERE user_id = users.id AND action = 'user_created' AND actor_id"
# Teachers and students open their accounts themselves, unless the audit log names an administrator.
_BACKFILL = f"""
    UPDATE users SET origin = CASE
        WHEN EXISTS ({_CREATED} != users.id) THEN 'admin'
        WHEN role IN ('teacher', 'student') OR EXISTS ({_CREATED} = users.id) THEN 'self'
        ELSE 'earlier' END
"""


def upgrade() -> None:
    # Not as a batch, which would write the table anew on SQLite, and lose the index over an expression.
    op.execute(
        "ALTER TABLE users ADD COLUMN origin VARCHAR(20) DEFAULT 'self' NOT NULL "
        f'CONSTRAINT ck_users_origin CHECK (origin IN ({_ORIGINS}))'
    )
    op.add_column('users', sa.Column('rehash_digest', sa.LargeBinary(length=32), nullable=True))
    op.execute(_BACKFILL)
    op.add_column('audit_events', sa.Column('source', sa.String(length=255), nullable=True))


def downgrade() -> None:
    op.drop_column('audit_events', 'source')
    op.drop_column('users', 'rehash_digest')
    op.drop_column('users', 'origin')
