"""Keep changes of control points

Revision: 0018, after 0017
"""

import sqlalchemy as sa
from alembic import op

import atg_adapters.sql.types

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

_ANONYMOUS = 'weight and scale of what was graded change only with a higher revision'
_RECORDED = 'the history of control points is neither changed nor deleted'
_OTHER = {name: f'OLD.{name} <> NEW.{name}' for name in ('weight', 'max_grade')}
_EITHER = ' OR '.join(_OTHER.values())
_GRADED = """
    EXISTS (SELECT 1 FROM control_point_grade_changes WHERE group_id = NEW.group_id AND control_point_id = NEW.id)
"""
_INSERT = """
    INSERT INTO control_point_changes
        (group_id, control_point_id, title, field, actor_id, at, old_value, new_value, reason)
    SELECT NEW.group_id, NEW.id, NEW.title, '{name}', coalesce(NEW.changed_by, teacher_id), NEW.updated_at,
        OLD.{name}, NEW.{name}, NEW.reason
    FROM study_groups WHERE id = NEW.group_id AND {changed};
"""
_CLEAR = 'UPDATE control_points SET changed_by = NULL, reason = NULL WHERE id = NEW.id;'
_TO_CLEAR = 'NEW.changed_by IS NOT NULL OR NEW.reason IS NOT NULL'


def _guard_on_postgresql() -> None:
    inserts = ''.join(_INSERT.format(name=name, changed=changed) for name, changed in _OTHER.items())
    for name, body in (
        (
            'note_control_point_change',
            f"""
            IF {_GRADED} THEN
                IF NEW.revision <> OLD.revision + 1 THEN {_raise(_ANONYMOUS)}; END IF;
                {inserts}
            END IF;
            """,
        ),
        ('clear_control_point_author', _CLEAR),
        ('refuse_control_point_history', f'{_raise(_RECORDED)};'),
    ):
        op.execute(
            f'CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$'
        )
    for name, when, table, condition, function in (
        ('weighed', 'AFTER UPDATE OF weight, max_grade', 'control_points', _EITHER, 'note_control_point_change'),
        ('written', 'AFTER UPDATE', 'control_points', _TO_CLEAR, 'clear_control_point_author'),
        ('kept', 'BEFORE UPDATE OR DELETE', 'control_point_changes', 'true', 'refuse_control_point_history'),
    ):
        op.execute(
            f'CREATE TRIGGER {table}_{name} {when} ON {table} FOR EACH ROW WHEN ({condition}) '
            f'EXECUTE FUNCTION {function}()'
        )


def _raise(message: str) -> str:
    return f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{message}'"


def _guard_on_sqlite() -> None:
    anonymous = f"SELECT RAISE(ABORT, '{_ANONYMOUS}') WHERE NEW.revision <> OLD.revision + 1;"
    refusal = f"SELECT RAISE(ABORT, '{_RECORDED}');"
    inserts = ''.join(_INSERT.format(name=name, changed=changed) for name, changed in _OTHER.items())
    graded = f'({_EITHER}) AND {_GRADED}'
    for name, when, table, condition, body in (
        ('weighed', 'AFTER UPDATE OF weight, max_grade', 'control_points', graded, anonymous + inserts),
        ('written', 'AFTER UPDATE', 'control_points', _TO_CLEAR, _CLEAR),
        ('kept_as_it_is', 'BEFORE UPDATE', 'control_point_changes', 'true', refusal),
        ('kept', 'BEFORE DELETE', 'control_point_changes', 'true', refusal),
    ):
        op.execute(f'CREATE TRIGGER {table}_{name} {when} ON {table} FOR EACH ROW WHEN {condition} BEGIN {body} END')


def upgrade() -> None:
    op.create_table('control_point_changes',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('control_point_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=255), nullable=False),
    sa.Column('field', sa.String(length=9), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=False),
    sa.Column('at', atg_adapters.sql.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('old_value', atg_adapters.sql.types.Hundredths(precision=7, scale=2), nullable=False),
    sa.Column('new_value', atg_adapters.sql.types.Hundredths(precision=7, scale=2), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.CheckConstraint("field IN ('weight', 'max_grade')", name=op.f('ck_control_point_changes_field')),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_control_point_changes_actor_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['group_id'], ['study_groups.id'], name=op.f('fk_control_point_changes_group_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_control_point_changes'))
    )
    with op.batch_alter_table('control_point_changes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_control_point_changes_control_point_id'), ['control_point_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_control_point_changes_group_id_id'), ['group_id', 'id'], unique=False)

    # Not as a batch, which would write the table anew on SQLite, and lose its triggers.
    op.add_column('control_points', sa.Column('changed_by', sa.Uuid(), nullable=True))
    op.add_column('control_points', sa.Column('reason', sa.Text(), nullable=True))
    op.add_column('control_points', sa.Column('revision', sa.Integer(), server_default=sa.text('0'), nullable=False))
    if op.get_bind().dialect.name == 'postgresql':
        _guard_on_postgresql()
    else:
        _guard_on_sqlite()


def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        for name in ('note_control_point_change', 'clear_control_point_author', 'refuse_control_point_history'):
            op.execute(f'DROP FUNCTION {name}() CASCADE')
    else:
        for name in ('weighed', 'written'):
            op.execute(f'DROP TRIGGER control_points_{name}')
    for name in ('revision', 'reason', 'changed_by'):
        op.drop_column('control_points', name)

    with op.batch_alter_table('control_point_changes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_control_point_changes_group_id_id'))
        batch_op.drop_index(batch_op.f('ix_control_point_changes_control_point_id'))

    op.drop_table('control_point_changes')
