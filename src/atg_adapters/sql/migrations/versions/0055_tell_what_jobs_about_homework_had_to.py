"""Tell what jobs about homework had to

Jobs of before there were notices, which no worker knows any more, become the notices that replaced them.

Revision: 0055, after 0054
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.types import JSON, Hundredths, UtcDateTime

revision = '0055'
down_revision = '0054'
branch_labels = None
depends_on = None


def _table(table: str, /, **columns: Any) -> Any:
    return sa.table(table, *(sa.column(column, kind) for column, kind in columns.items()))


_INTEGER, _UUID, _TEXT, _TIME, _GRADE = sa.Integer(), sa.Uuid(), sa.Text(), UtcDateTime(), Hundredths(7, 2)
_users = _table('users', id=_UUID, username=_TEXT, full_name=_TEXT, is_active=sa.Boolean())
_groups = _table('study_groups', id=_INTEGER, name=_TEXT, teacher_id=_UUID)
_members = _table('group_students', group_id=_INTEGER, student_id=_UUID)
_homework = _table('homework', id=_INTEGER, group_id=_INTEGER, title=_TEXT, due_at=_TIME, published_at=_TIME)
_submissions = _table(
    'homework_submissions',
    id=_INTEGER,
    homework_id=_INTEGER,
    student_id=_UUID,
    status=_TEXT,
    grade=_GRADE,
    max_grade=_GRADE,
    updated_at=_TIME,
)
_notices = _table(
    'notices',
    user_id=_UUID,
    kind=_TEXT,
    subject=_TEXT,
    occasion=_TIME,
    title=_TEXT,
    details=JSON,
    created_at=_TIME,
    deliver_at=_TIME,
)
_teachers = _users.alias('teachers')


def _name(of: Any) -> Any:
    return sa.func.coalesce(sa.func.nullif(of.c.full_name, ''), of.c.username)


_FACTS = (_homework.c.title, _groups.c.name.label('group'), _name(_teachers).label('teacher'))
_OF_GROUP = _groups.join(_teachers, _teachers.c.id == _groups.c.teacher_id)
_PUBLISHED = (
    sa.select(*_FACTS, _homework.c.published_at, _homework.c.due_at, _members.c.student_id)
    .select_from(_homework.join(_OF_GROUP, _groups.c.id == _homework.c.group_id).join(_members, _members.c.group_id == _groups.c.id))
    .where(_homework.c.id == sa.bindparam('key'), _homework.c.published_at.is_not(None))
    .where(_members.c.student_id.in_(sa.select(_users.c.id).where(_users.c.is_active)))
)
_SUBMITTED = (
    sa.select(*_FACTS, *_submissions.c, _groups.c.teacher_id, _name(_users).label('person'))
    .select_from(
        _submissions.join(_homework, _homework.c.id == _submissions.c.homework_id)
        .join(_OF_GROUP, _groups.c.id == _homework.c.group_id)
        .join(_users, _users.c.id == _submissions.c.student_id)
    )
    .where(_submissions.c.id == sa.bindparam('key'))
)
_KINDS = "('announce_homework', 'send_homework_mail')"
_ON_SQLITE = f'SELECT id, kind, arguments FROM jobs WHERE kind IN {_KINDS} ORDER BY id'
_ON_POSTGRESQL = f"""
    SELECT id, task_name AS kind, COALESCE(args -> 'arguments', '{{}}') AS arguments FROM procrastinate_jobs
    WHERE task_name IN {_KINDS} AND status IN ('todo', 'doing', 'failed') ORDER BY id
"""


def upgrade() -> None:
    connection = op.get_bind()
    is_postgresql, now = connection.dialect.name == 'postgresql', datetime.now(UTC)
    jobs = connection.execute(sa.text(_ON_POSTGRESQL if is_postgresql else _ON_SQLITE)).all()
    for job in jobs:
        arguments = json.loads(job.arguments) if isinstance(job.arguments, str) else job.arguments
        for notice in _told(connection, job.kind, arguments):
            values = {**notice, 'created_at': now, 'deliver_at': now}
            connection.execute(insert(_notices).on_conflict_do_nothing(), values)
    table = 'procrastinate_jobs' if is_postgresql else 'jobs'
    ids = [{'id': job.id} for job in jobs]
    if ids:
        connection.execute(sa.text('DELETE FROM job_errors WHERE job_id = :id'), ids)
        connection.execute(sa.text(f'DELETE FROM {table} WHERE id = :id'), ids)


def downgrade() -> None:
    """The notices stay: they were told."""


def _told(connection: sa.Connection, kind: str, arguments: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if kind == 'announce_homework':
        yield from _published(connection, int(arguments['homework']), None)
    elif arguments['about'] == 'published':
        yield from _published(connection, int(arguments['key']), UUID(arguments['student']))
    else:
        yield from _submitted(connection, int(arguments['key']), arguments['about'])


def _published(connection: sa.Connection, homework_id: int, only: UUID | None) -> Iterator[dict[str, Any]]:
    """Unless it is over by now: nobody is told of a homework that can not be handed in any more."""
    now = datetime.now(UTC)
    for row in connection.execute(_PUBLISHED, {'key': homework_id}):
        if only in {None, row.student_id} and (row.due_at is None or row.due_at > now):
            due_at = f'{row.due_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}' if row.due_at else None
            yield {
                'user_id': row.student_id,
                'kind': 'homework_published',
                'subject': f'homework:{homework_id}',
                'occasion': row.published_at,
                'title': row.title,
                'details': {'due_at': due_at, 'group': row.group, 'teacher': row.teacher},
            }


def _submitted(connection: sa.Connection, submission_id: int, about: str) -> Iterator[dict[str, Any]]:
    """Unless it was graded, or taken back, meanwhile."""
    row = connection.execute(_SUBMITTED, {'key': submission_id}).first()
    if row is None or row.status != {'graded': 'graded', 'waiting': 'submitted'}[about]:
        return
    details = {'group': row.group, 'teacher': row.teacher}
    more = {'person': row.person} if about == 'waiting' else {'grade': str(row.grade), 'max_grade': str(row.max_grade)}
    yield {
        'user_id': row.teacher_id if about == 'waiting' else row.student_id,
        'kind': f'homework_{about}',
        'subject': f'submission:{submission_id}',
        'occasion': row.updated_at,
        'title': row.title,
        'details': {**details, **more},
    }
