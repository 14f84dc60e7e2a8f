"""Keep prerequisites of courses

Revision: 0045, after 0044
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0045'
down_revision = '0044'
branch_labels = None
depends_on = None

_EVENTS = ('INSERT', 'UPDATE', 'DELETE')


def upgrade() -> None:
    op.create_table('course_prerequisites',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('course_id', sa.Uuid(), nullable=False),
    sa.Column('required_course_id', sa.Uuid(), nullable=True),
    sa.Column('required_final_test_id', sa.Integer(), nullable=True),
    sa.Column('created_at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(required_course_id IS NULL) <> (required_final_test_id IS NULL)', name=op.f('ck_course_prerequisites_one_requirement')),
    sa.CheckConstraint('required_course_id <> course_id', name=op.f('ck_course_prerequisites_another_course')),
    sa.ForeignKeyConstraint(['course_id'], ['courses.id'], name=op.f('fk_course_prerequisites_course_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['required_course_id'], ['courses.id'], name=op.f('fk_course_prerequisites_required_course_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['required_final_test_id'], ['final_tests.id'], name=op.f('fk_course_prerequisites_required_final_test_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course_prerequisites')),
    sa.UniqueConstraint('course_id', 'required_course_id', name=op.f('uq_course_prerequisites_course_id_required_course_id')),
    sa.UniqueConstraint('course_id', 'required_final_test_id', name=op.f('uq_course_prerequisites_course_id_required_final_test_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_course_prerequisites_required_course_id'), 'course_prerequisites', ['required_course_id'])
    op.create_index(op.f('ix_course_prerequisites_required_final_test_id'), 'course_prerequisites', ['required_final_test_id'])
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(
            f'CREATE CONSTRAINT TRIGGER course_prerequisites_shown AFTER {" OR ".join(_EVENTS)} ON course_prerequisites '
            'DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION renew_catalog_version()'
        )
        op.execute(
            'CREATE TRIGGER course_prerequisites_emptied AFTER TRUNCATE ON course_prerequisites '
            'FOR EACH STATEMENT EXECUTE FUNCTION renew_catalog_version()'
        )
        return
    for event in _EVENTS:
        op.execute(
            f'CREATE TRIGGER course_prerequisites_shown_{event.lower()} AFTER {event} ON course_prerequisites '
            'BEGIN UPDATE catalog_version SET version = lower(hex(randomblob(16))); END'
        )


def downgrade() -> None:
    op.drop_index(op.f('ix_course_prerequisites_required_final_test_id'), table_name='course_prerequisites')
    op.drop_index(op.f('ix_course_prerequisites_required_course_id'), table_name='course_prerequisites')
    op.drop_table('course_prerequisites')
