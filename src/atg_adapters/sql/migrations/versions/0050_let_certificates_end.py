"""Let certificates end, and keep those won elsewhere

Revision: 0050, after 0049
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0050'
down_revision = '0049'
branch_labels = None
depends_on = None

_MOMENTS = ('valid_until', 'renews_at', 'tests_since', 'topics_since')
_INSTANT = atg_adapters.sql.types.UtcDateTime(timezone=True)


def upgrade() -> None:
    # With their rules in the column: a table that is made anew on SQLite would lose what refers to it.
    op.execute(
        'ALTER TABLE courses ADD COLUMN valid_months INTEGER '
        'CONSTRAINT ck_courses_valid_months CHECK (valid_months BETWEEN 1 AND 600)'
    )
    op.execute(
        'ALTER TABLE courses ADD COLUMN renew_days INTEGER DEFAULT 60 NOT NULL '
        'CONSTRAINT ck_courses_renew_days CHECK (renew_days BETWEEN 0 AND 3650)'
    )
    op.add_column('courses', sa.Column('renew_topics', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.create_table('external_certificates',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('course_id', sa.Uuid(), nullable=True),
    sa.Column('title', sa.String(length=500), nullable=False),
    sa.Column('issuer', sa.String(length=255), nullable=False),
    sa.Column('number', sa.String(length=100), nullable=False),
    sa.Column('issued_at', _INSTANT, nullable=False),
    sa.Column('valid_until', _INSTANT, nullable=True),
    sa.Column('created_at', _INSTANT, server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.Column('updated_at', _INSTANT, server_default=sa.text('CURRENT_TIMESTAMP'), nullable=False),
    sa.CheckConstraint('valid_until > issued_at', name=op.f('ck_external_certificates_valid_until')),
    sa.ForeignKeyConstraint(['course_id'], ['courses.id'], name=op.f('fk_external_certificates_course_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_external_certificates_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_external_certificates')),
    sa.UniqueConstraint('issuer', 'number', name=op.f('uq_external_certificates_issuer_number'))
    )
    op.create_index(op.f('ix_external_certificates_course_id'), 'external_certificates', ['course_id'])
    op.create_index(op.f('ix_external_certificates_user_id'), 'external_certificates', ['user_id'])
    op.execute(
        'ALTER TABLE user_courses ADD COLUMN round INTEGER DEFAULT 1 NOT NULL '
        'CONSTRAINT ck_user_courses_round CHECK (round >= 1)'
    )
    for name in _MOMENTS:
        op.add_column('user_courses', sa.Column(name, _INSTANT, nullable=True))
    uuid = 'UUID' if op.get_bind().dialect.name == 'postgresql' else 'CHAR(32)'
    op.execute(
        f'ALTER TABLE user_courses ADD COLUMN external_certificate_id {uuid} '
        'CONSTRAINT fk_user_courses_external_certificate_id REFERENCES external_certificates (id)'
    )
    op.create_index(op.f('ix_user_courses_external_certificate_id'), 'user_courses', ['external_certificate_id'])
    _create_partial_index('ix_user_courses_renews_at', 'user_courses', 'renews_at')
    op.add_column('user_topic_progress', sa.Column('renewed_at', _INSTANT, nullable=True))
    with op.batch_alter_table('certificates') as certificates:
        certificates.add_column(sa.Column('round', sa.Integer(), server_default=sa.text('1'), nullable=False))
        certificates.add_column(sa.Column('valid_until', _INSTANT, nullable=True))
        certificates.drop_constraint(op.f('uq_certificates_user_id_course_id'), type_='unique')
        certificates.create_unique_constraint(op.f('uq_certificates_user_id_course_id_round'), ['user_id', 'course_id', 'round'])
    _create_partial_index('ix_certificates_valid_until', 'certificates', 'valid_until')


def _create_partial_index(name: str, table: str, column: str) -> None:
    given = sa.text(f'{column} IS NOT NULL')
    op.create_index(op.f(name), table, [column], postgresql_where=given, sqlite_where=given)


def downgrade() -> None:
    """Of several certificates of one course the first one stays; those won elsewhere are lost."""
    op.execute('DELETE FROM certificates WHERE round > 1')
    op.drop_index(op.f('ix_certificates_valid_until'), 'certificates')
    with op.batch_alter_table('certificates') as certificates:
        certificates.drop_constraint(op.f('uq_certificates_user_id_course_id_round'), type_='unique')
        certificates.create_unique_constraint(op.f('uq_certificates_user_id_course_id'), ['user_id', 'course_id'])
        certificates.drop_column('valid_until')
        certificates.drop_column('round')
    op.drop_column('user_topic_progress', 'renewed_at')
    op.drop_index(op.f('ix_user_courses_renews_at'), 'user_courses')
    op.drop_index(op.f('ix_user_courses_external_certificate_id'), 'user_courses')
    for name in ('external_certificate_id', *reversed(_MOMENTS), 'round'):
        op.drop_column('user_courses', name)
    op.drop_table('external_certificates')
    for name in ('renew_topics', 'renew_days', 'valid_months'):
        op.drop_column('courses', name)
