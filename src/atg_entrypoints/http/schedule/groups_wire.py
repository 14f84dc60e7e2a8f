"""The JSON of groups and their students."""

from collections.abc import Mapping
from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from atg_core.schedule.invitations import InvitationResult
from atg_core.schedule.model import (
    Group,
    Student,
    Viewer,
)
from atg_entrypoints.http.late_rule import LateRuleGiven, LateRuleRow, late_rule_columns
from atg_entrypoints.http.schedule.invitations_wire import EmailResult
from atg_entrypoints.http.wire import NO_NUL, FilledName, Instant, present_fields, to_wire


class GroupRow(Struct, frozen=True, kw_only=True):
    """`late_rule`: what late work costs in new homework; null: nothing."""

    id: int
    name: str
    teacher_id: UUID
    teacher_name: str
    student_count: int
    late_rule: LateRuleRow | None
    created_at: Instant
    updated_at: Instant


class StudentRow(Struct, frozen=True, kw_only=True):
    id: UUID
    username: str
    full_name: str | None
    email: str | None


class GroupReply(GroupRow, frozen=True, kw_only=True):
    """`students`, `join_code`: visible to the teacher and administrators; null for students."""

    students: list[StudentRow] | None
    join_code: str | None

    @classmethod
    def of(cls, group: Group, students: list[Student], viewer: Viewer, **more: Any) -> Self:
        row = to_wire(group, GroupRow)
        teaches = viewer.is_admin or group.teacher_id == viewer.id
        fields = {name: getattr(row, name) for name in row.__struct_fields__}
        seen = to_wire(students, list[StudentRow]) if teaches else None
        return cls(**fields, students=seen, join_code=group.join_code if teaches else None, **more)


class StudentsAddedReply(GroupReply, frozen=True, kw_only=True):
    """The group, and what became of each email."""

    results: list[EmailResult]

    @classmethod
    def of_results(
        cls, group: Group, students: list[Student], viewer: Viewer, results: Mapping[str, InvitationResult]
    ) -> Self:
        return cls.of(group, students, viewer, results=EmailResult.of_all(results))


class GroupCreation(Struct, frozen=True, kw_only=True):
    """`teacher_id`: for administrators only; else the caller is the teacher."""

    name: FilledName
    teacher_id: UUID | None = None


class GroupChanges(Struct, frozen=True, kw_only=True):
    """Only given fields change; only administrators change the teacher. `late_rule`: of homework that is added then."""

    name: FilledName | UnsetType = UNSET
    teacher_id: UUID | UnsetType = UNSET
    late_rule: LateRuleGiven | None | UnsetType = UNSET

    def changes(self) -> dict[str, Any]:
        """Raises Invalid."""
        named = {name: value for name, value in present_fields(self).items() if name != "late_rule"}
        return {**named, **late_rule_columns(self.late_rule)}


class StudentsAdded(Struct, frozen=True, kw_only=True):
    """By ids, emails, or both."""

    student_ids: Annotated[list[UUID], Meta(max_length=1_000)] = []
    emails: Annotated[list[Annotated[str, Meta(max_length=1_000, pattern=NO_NUL)]], Meta(max_length=1_000)] = []
