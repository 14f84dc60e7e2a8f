"""Invitations in memory."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from msgspec import convert

from atg_adapters.memory.database import MemoryDatabase, Row
from atg_adapters.memory.people import display_name
from atg_adapters.memory.schedule.groups import MemoryGroups
from atg_core.schedule.invitations import Invitation, InvitationNotFound, ReceivedInvitation, SentInvitations
from atg_core.schedule.model import Viewer
from atg_core.schedule.ports import GroupNotFound


class MemoryInvitations(MemoryGroups):
    """`Invitations` within a transaction."""

    async def sent_invitations(self, teacher_id: UUID, now: datetime, since: datetime) -> SentInvitations:
        found = convert(list(self.database.rows("group_invitations", teacher_id=teacher_id)), list[Invitation])
        return SentInvitations(
            open=sum(each.is_open(now) for each in found),
            mailed=sum(each.mailed_at is not None and each.mailed_at > since for each in found),
        )

    async def invitations_of(self, group_id: int, emails: Collection[str]) -> Mapping[str, Invitation]:
        rows = self.database.rows("group_invitations", group_id=group_id)
        return {row["email"]: convert(row, Invitation) for row in rows if row["email"] in emails}

    async def mailed_to(self, teacher_id: UUID, emails: Collection[str], since: datetime) -> set[str]:
        rows = self.database.rows("group_invitations", teacher_id=teacher_id)
        return {
            row["email"] for row in rows if row["email"] in emails and row["mailed_at"] and row["mailed_at"] > since
        }

    async def save_invitation(self, invitation: Invitation) -> None:
        if invitation.id in self.database.tables["group_invitations"]:
            self.database.update("group_invitations", invitation.id, **asdict(invitation))
        else:
            self.database.insert("group_invitations", asdict(invitation))

    async def invitation(self, invitation_id: UUID) -> Invitation:
        row = self.database.tables["group_invitations"].get(invitation_id)
        if row is None:
            raise InvitationNotFound
        return convert(row, Invitation)

    async def delete_invitations(self, before: datetime) -> int:
        old = [
            row["id"]
            for row in self.database.rows("group_invitations")
            if row["expires_at"] < before and (row["mailed_at"] is None or row["mailed_at"] < before)
        ]
        for row_id in old:
            self.database.delete("group_invitations", id=row_id)
        return len(old)


class MemoryInvitationQueries:
    """`InvitationQueries`."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database

    async def sent(
        self, viewer: Viewer, group_id: int, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[Invitation], int]:
        group = self.database.tables["study_groups"].get(group_id)
        if group is None or viewer.owner not in {None, group["teacher_id"]}:
            raise GroupNotFound
        found = [convert(row, Invitation) for row in self._open(now, group_id=group_id)]
        return found[offset : offset + limit], len(found)

    async def received(
        self, email: str, now: datetime, *, limit: int, offset: int
    ) -> tuple[list[ReceivedInvitation], int]:
        found = [each for each in map(self._received, self._open(now, email=email)) if each]
        return found[offset : offset + limit], len(found)

    async def find(self, invitation_id: UUID, now: datetime) -> ReceivedInvitation | None:
        return next(map(self._received, self._open(now, id=invitation_id)), None)

    async def mails_before(self, invitation: ReceivedInvitation, since: datetime) -> int:
        rows = self.database.rows("group_invitations", email=invitation.email)
        mailed = [(row["mailed_at"], row["id"]) for row in rows if row["mailed_at"] and row["mailed_at"] > since]
        return sum(each < (invitation.mailed_at, invitation.id) for each in mailed)

    def _open(self, now: datetime, **values: object) -> Iterator[Row]:
        rows = [
            row for row in self.database.rows("group_invitations", **values) if convert(row, Invitation).is_open(now)
        ]
        return iter(sorted(rows, key=lambda row: (-row["created_at"].timestamp(), row["id"])))

    def _received(self, row: Row) -> ReceivedInvitation | None:
        group = self.database.tables["study_groups"][row["group_id"]]
        teacher_id = group["teacher_id"]
        if not self.database.tables["users"][teacher_id]["is_active"]:
            return None
        profile = self.database.tables["user_profiles"].get(teacher_id, {})
        seen = {"group_name": group["name"], "teacher_name": display_name(self.database, teacher_id)}
        return convert({**row, **seen, "language": profile.get("language", "ru")}, ReceivedInvitation)
