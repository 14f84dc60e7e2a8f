"""Tell when the catalog changes

Revision: 0026, after 0025
"""

import sqlalchemy as sa
from alembic import op

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None

_TABLES = (
    'stations',
    'station_gas_supply_sources',
    'station_equipment',
    'station_specifications',
    'station_safety_systems',
    'station_safety_system_features',
    'station_photos',
    'station_documents',
    'courses',
    'course_programs',
    'course_program_learning_outcomes',
    'course_program_requirements',
    'course_program_target_audience',
    'lessons',
    'topics',
    'topic_files',
    'lesson_tests',
    'final_tests',
)
_EVENTS = ('INSERT', 'UPDATE', 'DELETE')
_RENEW_ON_SQLITE = 'UPDATE catalog_version SET version = lower(hex(randomblob(16)))'
_ONCE_IN_A_TRANSACTION = """
    CREATE FUNCTION renew_catalog_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF coalesce(current_setting('atg.catalog_version_is_new', true), '') = '' THEN
            UPDATE catalog_version SET version = gen_random_uuid();
            PERFORM set_config('atg.catalog_version_is_new', 'true', true);
        END IF;
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    op.create_table('catalog_version',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('version', sa.String(length=36), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_catalog_version_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalog_version'))
    )
    op.execute("INSERT INTO catalog_version (id, version) VALUES (1, '')")
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('UPDATE catalog_version SET version = gen_random_uuid()')
        _watch_on_postgresql()
    else:
        op.execute(_RENEW_ON_SQLITE)
        _watch_on_sqlite()


def _watch_on_postgresql() -> None:
    """Deferred to the commit: the one row is locked last and for a moment, whatever was locked in which order before."""
    op.execute(_ONCE_IN_A_TRANSACTION)
    for table in _TABLES:
        op.execute(
            f'CREATE CONSTRAINT TRIGGER {table}_shown AFTER {" OR ".join(_EVENTS)} ON {table} '
            'DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION renew_catalog_version()'
        )
        op.execute(
            f'CREATE TRIGGER {table}_emptied AFTER TRUNCATE ON {table} '
            'FOR EACH STATEMENT EXECUTE FUNCTION renew_catalog_version()'
        )


def _watch_on_sqlite() -> None:
    for table in _TABLES:
        for event in _EVENTS:
            op.execute(
                f'CREATE TRIGGER {table}_shown_{event.lower()} AFTER {event} ON {table} BEGIN {_RENEW_ON_SQLITE}; END'
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION renew_catalog_version() CASCADE')
    else:
        for table in _TABLES:
            for event in _EVENTS:
                op.execute(f'DROP TRIGGER {table}_shown_{event.lower()}')
    op.drop_table('catalog_version')
