"""Assign courses to who comes later

Revision: 0048, after 0047
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0048'
down_revision = '0047'
branch_labels = None
depends_on = None

_OPEN = "status != 'completed' AND cancelled_at IS NULL AND due_at IS NOT NULL"


def _instant(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=nullable)


def _written(name: str) -> sa.Column[object]:
    return sa.Column(
        name,
        atg_adapters.sql.types.UtcDateTime(timezone=True),
        server_default=sa.text('CURRENT_TIMESTAMP'),
        nullable=False,
    )


def upgrade() -> None:
    op.add_column('user_courses', _instant('own_due_at'))
    op.add_column('user_courses', sa.Column('by_assignment', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute('UPDATE user_courses SET own_due_at = due_at WHERE due_at IS NOT NULL')
    op.create_index(
        'ix_user_courses_due',
        'user_courses',
        ['due_at', 'user_id'],
        postgresql_where=sa.text(_OPEN),
        sqlite_where=sa.text(_OPEN),
    )
    op.create_table(
        'standing_assignments',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('code', sa.String(length=50), nullable=False),
        sa.Column('course_id', sa.Uuid(), nullable=False),
        sa.Column('audience', sa.String(length=20), nullable=False),
        sa.Column('department', sa.String(length=255), nullable=True),
        sa.Column('station_id', sa.Integer(), nullable=True),
        sa.Column('position', sa.String(length=255), nullable=True),
        _instant('due_at'),
        sa.Column('due_days', sa.Integer(), nullable=True),
        _written('created_at'),
        _written('updated_at'),
        sa.Column('created_by', sa.Uuid(), nullable=True),
        _instant('ended_at'),
        sa.CheckConstraint(
            "audience IN ('company', 'group', 'users')", name=op.f('ck_standing_assignments_audience')
        ),
        sa.CheckConstraint(
            "(audience = 'group') = (department IS NOT NULL OR station_id IS NOT NULL OR position IS NOT NULL)",
            name=op.f('ck_standing_assignments_narrowed'),
        ),
        sa.CheckConstraint('due_days BETWEEN 1 AND 3650', name=op.f('ck_standing_assignments_due_days')),
        sa.ForeignKeyConstraint(
            ['course_id'], ['courses.id'], name=op.f('fk_standing_assignments_course_id'), ondelete='CASCADE'
        ),
        sa.ForeignKeyConstraint(
            ['station_id'], ['stations.id'], name=op.f('fk_standing_assignments_station_id'), ondelete='CASCADE'
        ),
        sa.ForeignKeyConstraint(
            ['created_by'], ['users.id'], name=op.f('fk_standing_assignments_created_by'), ondelete='SET NULL'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_standing_assignments')),
        sa.UniqueConstraint('code', name=op.f('uq_standing_assignments_code')),
    )
    op.create_index(op.f('ix_standing_assignments_course_id'), 'standing_assignments', ['course_id'])
    op.create_index(op.f('ix_standing_assignments_station_id'), 'standing_assignments', ['station_id'])
    op.create_table(
        'standing_assignment_users',
        sa.Column('assignment_id', sa.Uuid(), nullable=False),
        sa.Column('user_id', sa.Uuid(), nullable=False),
        sa.Column('order_index', sa.Integer(), server_default=sa.text('0'), nullable=False),
        sa.ForeignKeyConstraint(
            ['assignment_id'],
            ['standing_assignments.id'],
            name=op.f('fk_standing_assignment_users_assignment_id'),
            ondelete='CASCADE',
        ),
        sa.ForeignKeyConstraint(
            ['user_id'], ['users.id'], name=op.f('fk_standing_assignment_users_user_id'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('assignment_id', 'user_id', name=op.f('pk_standing_assignment_users')),
    )
    op.create_index(op.f('ix_standing_assignment_users_user_id'), 'standing_assignment_users', ['user_id'])
    op.create_table(
        'obligations',
        sa.Column('user_id', sa.Uuid(), nullable=False),
        sa.Column('course_id', sa.Uuid(), nullable=False),
        sa.Column('assignment_id', sa.Uuid(), nullable=False),
        _instant('since', nullable=False),
        _instant('due_at'),
        _instant('ended_at'),
        sa.ForeignKeyConstraint(
            ['assignment_id'],
            ['standing_assignments.id'],
            name=op.f('fk_obligations_assignment_id'),
            ondelete='CASCADE',
        ),
        sa.ForeignKeyConstraint(
            ['course_id'], ['courses.id'], name=op.f('fk_obligations_course_id'), ondelete='CASCADE'
        ),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_obligations_user_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('user_id', 'course_id', 'assignment_id', name=op.f('pk_obligations')),
    )
    op.create_index(op.f('ix_obligations_course_id'), 'obligations', ['course_id'])
    op.create_index(op.f('ix_obligations_assignment_id'), 'obligations', ['assignment_id'])


def downgrade() -> None:
    op.drop_table('obligations')
    op.drop_table('standing_assignment_users')
    op.drop_table('standing_assignments')
    op.drop_index('ix_user_courses_due', 'user_courses')
    op.drop_column('user_courses', 'by_assignment')
    op.drop_column('user_courses', 'own_due_at')
