"""Search groups by name

Revision: 0039, after 0038
"""

import sqlalchemy as sa
from alembic import op

from atg_core.text import fold

revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('study_groups', sa.Column('name_folded', sa.Text(), nullable=True))
    groups = sa.table('study_groups', sa.column('id', sa.Integer), sa.column('name'), sa.column('name_folded'))
    rows = [
        {'key': row.id, 'folded': fold(row.name)} for row in op.get_bind().execute(sa.select(groups.c.id, groups.c.name))
    ]
    if rows:
        filling = sa.update(groups).where(groups.c.id == sa.bindparam('key'))
        op.get_bind().execute(filling.values(name_folded=sa.bindparam('folded')), rows)


def downgrade() -> None:
    op.drop_column('study_groups', 'name_folded')
