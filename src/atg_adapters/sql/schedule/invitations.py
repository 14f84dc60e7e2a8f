"""Invitations on SQL."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from msgspec import convert
from sqlalchemy.dialects.postgresql import insert

from atg_adapters.sql.database import Database
from atg_adapters.sql.schedule.groups import SqlGroups
from atg_adapters.sql.tables.identity import user_profiles, users
from atg_adapters.sql.tables.schedule import group_invitations, study_groups
from atg_adapters.sql.types import UtcDateTime
from atg_core.schedule.invitations import (
    Invitation,
    InvitationNotFound,
    InvitationStatus,
    ReceivedInvitation,
    SentInvitations,
)
from atg_core.schedule.model import Viewer
from atg_core.schedule.ports import GroupNotFound

_id: sa.BindParameter[Any] = sa.bindparam("key")
_teacher: sa.BindParameter[Any] = sa.bindparam("teacher", type_=sa.Uuid)
_emails: sa.BindParameter[Any] = sa.bindparam("emails", expanding=True)
_now = sa.bindparam("now", type_=UtcDateTime)
_since = sa.bindparam("since", type_=UtcDateTime)
_invitations, _groups = group_invitations.c, study_groups.c

_INVITATION = sa.select(group_invitations).where(_invitations.id == _id)
_OF_GROUP = sa.select(group_invitations).where(_invitations.group_id == _id, _invitations.email.in_(_emails))
_is_open = sa.and_(
    _invitations.status == InvitationStatus.OPEN, _invitations.group_id.is_not(None), _invitations.expires_at > _now
)
_HOLD_TEACHER = sa.select(users.c.id).where(users.c.id == _teacher).with_for_update(key_share=True)
_SENT = sa.select(
    sa.func.count().filter(_is_open).label("open"),
    sa.func.count().filter(_invitations.mailed_at > _since).label("mailed"),
).where(_invitations.teacher_id == _teacher)
_MAILED_TO = sa.select(_invitations.email).where(
    _invitations.teacher_id == _teacher, _invitations.email.in_(_emails), _invitations.mailed_at > _since
)
_ADD = insert(group_invitations)
_SAVE = _ADD.on_conflict_do_update(
    index_elements=["id"],
    set_={name: _ADD.excluded[name] for name in Invitation.__dataclass_fields__ if name != "id"},
)
_FORGET = sa.delete(group_invitations).where(
    _invitations.expires_at < _since, sa.or_(_invitations.mailed_at.is_(None), _invitations.mailed_at < _since)
)
_open_of_group = sa.select(group_invitations).where(_invitations.group_id == _id, _is_open)
_COUNT_SENT = sa.select(sa.func.count()).select_from(_open_of_group.subquery())
_LIST_SENT = _open_of_group.order_by(_invitations.created_at.desc(), _invitations.id)
_TAUGHT = sa.select(_groups.teacher_id).where(_groups.id == _id)
_received = (
    sa.select(
        _invitations.id,
        _invitations.email,
        _groups.name.label("group_name"),
        sa.func.coalesce(sa.func.nullif(users.c.full_name, ""), users.c.username).label("teacher_name"),
        sa.func.coalesce(user_profiles.c.language, "ru").label("language"),
        _invitations.created_at,
        _invitations.mailed_at,
        _invitations.expires_at,
    )
    .join(study_groups, _groups.id == _invitations.group_id)
    .join(users, sa.and_(users.c.id == _groups.teacher_id, users.c.is_active))
    .outerjoin(user_profiles, user_profiles.c.id == users.c.id)
    .where(_is_open)
)
_FIND = _received.where(_invitations.id == _id)
_received_by = _received.where(_invitations.email == sa.bindparam("email"))
_COUNT_RECEIVED = sa.select(sa.func.count()).select_from(_received_by.subquery())
_LIST_RECEIVED = _received_by.order_by(_invitations.created_at.desc(), _invitations.id)
_MAILS_BEFORE = sa.select(sa.func.count()).where(
    _invitations.email == sa.bindparam("email"),
    _invitations.mailed_at > _since,
    sa.tuple_(_invitations.mailed_at, _invitations.id)
    < sa.tuple_(sa.bindparam("mailed_at", type_=UtcDateTime), sa.bindparam("key", type_=sa.Uuid)),
)


class SqlInvitations(SqlGroups):
    """`Invitations` within the transaction of `connection`."""

    async def sent_invitations(self, teacher_id: UUID, now: datetime, since: datetime) -> SentInvitations:
        await self._first(_HOLD_TEACHER, teacher=teacher_id)
        row = await self._first(_SENT, teacher=teacher_id, now=now, since=since)
        return convert(row, SentInvitations, from_attributes=True)

    async def invitations_of(self, group_id: int, emails: Collection[str]) -> Mapping[str, Invitation]:
        rows = await self.connection.execute(_OF_GROUP, {"key": group_id, "emails": list(emails)})
        return {row.email: convert(row, Invitation, from_attributes=True) for row in rows}

    async def mailed_to(self, teacher_id: UUID, emails: Collection[str], since: datetime) -> set[str]:
        asked = {"teacher": teacher_id, "emails": list(emails), "since": since}
        return {row.email for row in await self.connection.execute(_MAILED_TO, asked)}

    async def save_invitation(self, invitation: Invitation) -> None:
        await self.connection.execute(_SAVE, asdict(invitation))

    async def invitation(self, invitation_id: UUID) -> Invitation:
        row = await self._first(_INVITATION, key=invitation_id)
        if row is None:
            raise InvitationNotFound
        return convert(row, Invitation, from_attributes=True)

    async def delete_invitations(self, before: datetime) -> int:
        return (await self.connection.execute(_FORGET, {"since": before})).rowcount


class SqlInvitationQueries:
    """`InvitationQueries`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def sent(
        self, viewer: Viewer, group_id: int, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[Invitation], int]:
        asked = {"key": group_id, "now": now}
        async with self.database.reader() as connection:
            group = (await connection.execute(_TAUGHT, {"key": group_id})).first()
            if group is None or viewer.owner not in {None, group.teacher_id}:
                raise GroupNotFound
            total: int = (await connection.execute(_COUNT_SENT, asked)).scalar_one()
            rows = await connection.execute(_LIST_SENT.limit(limit).offset(offset), asked)
            return [convert(row, Invitation, from_attributes=True) for row in rows], total

    async def received(
        self, email: str, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[ReceivedInvitation], int]:
        asked = {"email": email, "now": now}
        async with self.database.reader() as connection:
            total: int = (await connection.execute(_COUNT_RECEIVED, asked)).scalar_one()
            rows = await connection.execute(_LIST_RECEIVED.limit(limit).offset(offset), asked)
            return [convert(row, ReceivedInvitation, from_attributes=True) for row in rows], total

    async def find(self, invitation_id: UUID, now: datetime) -> ReceivedInvitation | None:
        row = await self.database.row(_FIND, {"key": invitation_id, "now": now})
        return convert(row, ReceivedInvitation, from_attributes=True) if row else None

    async def mails_before(self, invitation: ReceivedInvitation, since: datetime) -> int:
        asked = {"email": invitation.email, "since": since, "mailed_at": invitation.mailed_at, "key": invitation.id}
        row = await self.database.row(_MAILS_BEFORE, asked)
        return int(row[0]) if row else 0
