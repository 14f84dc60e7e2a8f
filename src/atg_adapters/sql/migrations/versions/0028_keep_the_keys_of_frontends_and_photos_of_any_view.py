"""Keep the keys of frontends, and photos of any view

Revision: 0028, after 0027
"""

import sqlalchemy as sa
from alembic import op

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None

_ONCE = sa.text("view IN ('station_image', 'tech_map_image')")
_EVENTS = ('INSERT', 'UPDATE', 'DELETE')


def upgrade() -> None:
    for table, parent in (('lessons', 'course_program_id'), ('topics', 'lesson_id')):
        key = f'{table[:-1]}_key'
        op.add_column(table, sa.Column(key, sa.String(length=50), nullable=True))
        op.create_index(f'uq_{table}_key', table, [parent, sa.text(f'coalesce({key}, code)')], unique=True)
    if op.get_bind().dialect.name == 'postgresql':
        op.drop_constraint(op.f('uq_station_photos_station_id_view'), 'station_photos')
        op.drop_constraint(op.f('ck_station_photos_view'), 'station_photos')
        op.alter_column('station_photos', 'view', type_=sa.String(length=100), existing_nullable=False)
    else:
        _rebuild_on_sqlite(100)
    op.create_index('ix_station_photos_station_id', 'station_photos', ['station_id'])
    op.create_index('uq_station_photos_view', 'station_photos', ['station_id', 'view'], unique=True, postgresql_where=_ONCE, sqlite_where=_ONCE)


def downgrade() -> None:
    op.drop_index('uq_station_photos_view', table_name='station_photos')
    op.drop_index('ix_station_photos_station_id', table_name='station_photos')
    op.execute("DELETE FROM station_photos WHERE view NOT IN ('station_image', 'tech_map_image')")
    rules = (
        sa.UniqueConstraint('station_id', 'view', name=op.f('uq_station_photos_station_id_view')),
        sa.CheckConstraint("view IN ('station_image', 'tech_map_image')", name=op.f('ck_station_photos_view')),
    )
    if op.get_bind().dialect.name == 'postgresql':
        op.alter_column('station_photos', 'view', type_=sa.String(length=20), existing_nullable=False)
        op.create_unique_constraint(op.f('uq_station_photos_station_id_view'), 'station_photos', ['station_id', 'view'])
        op.create_check_constraint(op.f('ck_station_photos_view'), 'station_photos', "view IN ('station_image', 'tech_map_image')")
    else:
        _rebuild_on_sqlite(20, *rules)
    for table in ('topics', 'lessons'):
        op.drop_index(f'uq_{table}_key', table_name=table)
        op.drop_column(table, f'{table[:-1]}_key')


def _rebuild_on_sqlite(length: int, *rules: sa.Constraint) -> None:
    """Nothing refers to photos, so that their table can be dropped; its triggers go with it and are made again."""
    op.create_table('station_photos_new',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('station_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=255), nullable=True),
    sa.Column('view', sa.String(length=length), nullable=False),
    sa.Column('image_url', sa.String(length=1024), nullable=False),
    sa.Column('order_index', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_station_photos_station_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_station_photos')),
    *rules
    )
    columns = 'id, station_id, title, view, image_url, order_index'
    op.execute(f'INSERT INTO station_photos_new ({columns}) SELECT {columns} FROM station_photos')
    op.drop_table('station_photos')
    op.rename_table('station_photos_new', 'station_photos')
    for event in _EVENTS:
        op.execute(
            f'CREATE TRIGGER station_photos_shown_{event.lower()} AFTER {event} ON station_photos '
            'BEGIN UPDATE catalog_version SET version = lower(hex(randomblob(16))); END'
        )
